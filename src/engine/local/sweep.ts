import { type Dirent, renameSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import type { JobId, ServiceId } from "../../model/ids.ts";
import type { Catalog } from "../../model/launch.ts";
import { decodeName, type Folders } from "./folders.ts";
import { markOf, parseProcess, type ProcessName } from "./process-ids.ts";

/** So many of a service's ended replicas, or of a job's attempts, keep their output: the newest. */
const KEPT = 20;

/** Output that is there. */
interface Output extends ProcessName {
  readonly id: string;
  readonly files: readonly string[];
}

/**
 * Removes what is left of objects that were forgotten: the output of their processes and their
 * folders to start in, and of objects that are known the output of all but the newest attempts and
 * ended replicas. Whatever the engine did not make itself is left alone.
 */
export class Sweep {
  readonly #folders: Folders;
  readonly #catalog: Catalog;
  readonly #isRunning: (process: string) => boolean;
  #isUnderWay = false;

  /** @param isRunning whether the process of an id runs, or is about to. */
  constructor(folders: Folders, catalog: Catalog, isRunning: (process: string) => boolean) {
    this.#folders = folders;
    this.#catalog = catalog;
    this.#isRunning = isRunning;
  }

  /** What cannot be removed is tried again next time. Never rejects. O(files). */
  async run(): Promise<void> {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    await this.#sweepOutputs();
    await this.#sweepWork();
    this.#isUnderWay = false;
  }

  async #sweepOutputs(): Promise<void> {
    const { logs } = this.#folders;
    const outputs = outputsAmong(await entriesOf(logs));
    const kept = new Map<string, Set<number>>();
    // The newest first: numbers of attempts and replicas rise.
    for (const output of outputs.toSorted((left, right) => right.numbers[0] - left.numbers[0])) {
      if (this.#isRunning(output.id)) continue;
      const owner = `${output.kind}.${output.name}.${output.mark}`;
      const numbers = kept.get(owner) ?? new Set();
      if (this.#isKnown(output) && (numbers.size < KEPT || numbers.has(output.numbers[0]))) {
        kept.set(owner, numbers.add(output.numbers[0]));
        continue;
      }
      for (const file of output.files) await remove(path.join(logs, file));
    }
  }

  async #sweepWork(): Promise<void> {
    const { work } = this.#folders;
    for (const entry of await entriesOf(work)) {
      const name = decodeName(entry.name);
      if (!entry.isDirectory() || name === undefined) continue;
      const isKnown =
        this.#catalog.job(name as JobId) !== undefined ||
        this.#catalog.service(name as ServiceId) !== undefined;
      if (!isKnown) await removeFolder(path.join(work, entry.name));
    }
  }

  /** Whether it is of an object that there is, and not of an earlier one of its name. */
  #isKnown({ kind, name, mark }: ProcessName): boolean {
    const known =
      kind === "job" ? this.#catalog.job(name as JobId) : this.#catalog.service(name as ServiceId);
    return known !== undefined && markOf(known.uid) === mark;
  }
}

/**
 * Files of output by process, older ones beside the newest, and whatever a process has put in their
 * place, such as a link; other names are skipped.
 */
function outputsAmong(entries: readonly Dirent[]): Output[] {
  const outputs = new Map<string, Output & { readonly files: string[] }>();
  for (const entry of entries) {
    const id = /^(.+)\.(?:out|err)(?:\.(?:\d+|rotating))?$/.exec(decodeName(entry.name) ?? "")?.[1];
    const name = id === undefined ? undefined : parseProcess(id);
    if (id === undefined || name === undefined) continue;
    const output = outputs.get(id) ?? { ...name, id, files: [] };
    output.files.push(entry.name);
    outputs.set(id, output);
  }
  return [...outputs.values()];
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch {
    // Nothing was put there yet.
    return [];
  }
}

/** Another object of its name may be made meanwhile, and begin with an empty one. */
async function removeFolder(folder: string): Promise<void> {
  const doomed = folder.endsWith("~") ? folder : `${folder}~`;
  try {
    if (folder !== doomed) renameSync(folder, doomed);
  } catch {
    // One could not be removed the last time: that goes first.
  }
  await remove(doomed);
}

/** Of a link the link, and never what it leads to. */
async function remove(file: string): Promise<void> {
  try {
    await rm(file, { recursive: true, force: true });
  } catch {
    // Another user's, or in use: it is tried again.
  }
}
