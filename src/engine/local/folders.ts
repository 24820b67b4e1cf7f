import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";

/** Only the owner reads what workloads write and what they are given. */
const MODE = 0o700;

/** Where an engine keeps what. All below one folder of one owner. */
export class Folders {
  readonly root: string;

  /** @param root absolute; made if missing. */
  constructor(root: string) {
    this.root = root;
    const { keeper, door, ports, gangs, logs, checkpoints } = this;
    for (const folder of [keeper, door, ports, gangs, logs, checkpoints]) {
      mkdirSync(folder, { recursive: true, mode: MODE });
    }
  }

  get keeper(): string {
    return path.join(this.root, "keeper");
  }

  get door(): string {
    return path.join(this.root, "door");
  }

  get ports(): string {
    return path.join(this.root, "ports");
  }

  get gangs(): string {
    return path.join(this.root, "gangs");
  }

  get logs(): string {
    return path.join(this.root, "logs");
  }

  get checkpoints(): string {
    return path.join(this.root, "checkpoints");
  }

  /** Where a process writes its output; older files beside it end in .1, .2, ... */
  outputOf(process: string): { readonly stdout: string; readonly stderr: string } {
    const file = path.join(this.logs, encodeURIComponent(process));
    return { stdout: `${file}.out`, stderr: `${file}.err` };
  }

  get work(): string {
    return path.join(this.root, "work");
  }

  /** A folder of its own to start in, made if missing. */
  workOf(name: string): string {
    const folder = path.join(this.work, encodeURIComponent(name));
    mkdirSync(folder, { recursive: true, mode: MODE });
    return folder;
  }

  /** The folder of a job's checkpoints. @param below names with slashes between them. */
  checkpointOf(below: string): string {
    return path.join(this.checkpoints, below);
  }

  makeCheckpointOf(below: string): string {
    const folder = this.checkpointOf(below);
    mkdirSync(folder, { recursive: true, mode: MODE });
    return folder;
  }

  /** Removes the output of a process that ended and is to be forgotten. */
  removeOutputOf(process: string): void {
    const { stdout, stderr } = this.outputOf(process);
    for (const file of [stdout, stderr]) {
      for (const suffix of ["", ".1", ".2", ".3", ".rotating"]) {
        rmSync(`${file}${suffix}`, { force: true, recursive: true });
      }
    }
  }
}

/** What the name of a file stands for; nothing for one that the engine does not give. */
export function decodeName(name: string): string | undefined {
  try {
    return decodeURIComponent(name);
  } catch {
    // A workload may put files of any name there.
    return undefined;
  }
}
