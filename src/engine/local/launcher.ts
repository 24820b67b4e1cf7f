import type { Launch, Variable } from "../../model/launch.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import type { Folders } from "./folders.ts";
import type { WorkClass } from "./kernel/isolation.ts";
import { threadVariables } from "./kernel/thread-variables.ts";
import type { Processes } from "./processes.ts";

/** Variables that a process gets from the control plane's own environment, and no others. */
const INHERITED = ["HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

/** One process that is to start. */
export interface StartOrder {
  readonly id: string;
  readonly launch: Launch;
  readonly request: ResourceRequest;
  readonly class: WorkClass;
  /** Variables that Neuraxis sets for it. */
  readonly own: Readonly<Record<string, string>>;
  /** Whose folder it starts in if it names none. */
  readonly folder: string;
}

/** Reads one entry of a secret; nothing if there is none. */
export type ReadSecret = (name: string, key: string) => string | undefined;

/** Turns what people said of a process into what is started. */
export class Launcher {
  readonly #processes: Processes;
  readonly #folders: Folders;
  /** Variables that every process gets. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly #readSecret: ReadSecret;

  /** @param environment the control plane's own. */
  constructor(
    processes: Processes,
    folders: Folders,
    environment: Readonly<Record<string, string | undefined>>,
    readSecret: ReadSecret,
  ) {
    this.#processes = processes;
    this.#folders = folders;
    this.inherited = inheritedVariables(environment);
    this.#readSecret = readSecret;
  }

  /** Begins to start it. What cannot be started ends as refused. */
  start({ id, launch, request, own, folder, class: workClass }: StartOrder): void {
    const stated: [string, string][] = [];
    for (const variable of launch.environment) {
      const value = this.#valueOf(variable);
      if (value === undefined) {
        const message = `the secret of the variable ${variable.name} does not exist`;
        return this.#processes.refuse(id, "unknown-secret", message);
      }
      stated.push([variable.name, value]);
    }
    this.#folders.removeOutputOf(id);
    this.#processes.start({
      id,
      argv: [...(launch.command ?? []), ...launch.args],
      env: {
        ...this.inherited,
        ...threadVariables(request.cpu),
        ...Object.fromEntries(stated),
        ...own,
      },
      cwd: launch.workingDirectory ?? this.#folders.workOf(folder),
      ...this.#folders.outputOf(id),
      share: { class: workClass, cpuMilli: request.cpu, memoryMiB: request.memory },
    });
  }

  #valueOf(variable: Variable): string | undefined {
    if ("value" in variable) return variable.value;
    return this.#readSecret(variable.secret.name, variable.secret.key);
  }
}

function inheritedVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
