import type { Launch, Variable } from "../../model/launch.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { containerCommand, mountFault, secretFault } from "./containers/container-command.ts";
import type { Containers } from "./containers/containers.ts";
import type { DeviceMaker } from "./devices/found-devices.ts";
import type { Folders } from "./folders.ts";
import type { Share, WorkClass } from "./kernel/isolation.ts";
import { threadVariables } from "./kernel/thread-variables.ts";
import { deviceVariables } from "./process-variables.ts";
import type { ProcessSpec, Processes } from "./processes.ts";

/** Variables that a process gets from the control plane's own environment, and no others. */
const INHERITED = ["HOME", "LANG", "LC_ALL", "LOGNAME", "PATH", "SHELL", "TMPDIR", "TZ", "USER"];

/** One process that is to start. */
export interface StartOrder {
  readonly id: string;
  readonly launch: Launch;
  readonly request: ResourceRequest;
  readonly class: WorkClass;
  /** Numbers of the devices that it sees. */
  readonly devices: readonly number[];
  /** Variables that Neuraxis sets for it, besides. */
  readonly own: Readonly<Record<string, string>>;
  /** Whose folder it starts in if it names none. */
  readonly folder: string;
}

/** Reads one entry of a secret; nothing if there is none. */
export type ReadSecret = (name: string, key: string) => string | undefined;

/** What a launcher works with. */
export interface LauncherOptions {
  readonly processes: Processes;
  readonly folders: Folders;
  /** The control plane's own. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readSecret: ReadSecret;
  /** Absent: images are refused. */
  readonly containers: Containers | undefined;
  /** Whose devices this machine has; absent: none. */
  readonly maker: DeviceMaker | undefined;
}

/** What is started, but for where it writes. */
type Command = Pick<ProcessSpec, "argv" | "env" | "cwd">;

/** Turns what people said of a process into what is started. */
export class Launcher {
  readonly #options: LauncherOptions;
  /** Variables that every process gets. */
  readonly inherited: Readonly<Record<string, string>>;

  constructor(options: LauncherOptions) {
    this.#options = options;
    this.inherited = inheritedVariables(options.environment);
  }

  /** Begins to start it. What cannot be started ends as refused. */
  start(order: StartOrder): void {
    const { id, launch } = order;
    const { processes, folders } = this.#options;
    const values = new Map<string, string>();
    for (const variable of launch.environment) {
      const value = this.#valueOf(variable);
      if (value === undefined) {
        const message = `the secret of the variable ${variable.name} does not exist`;
        return processes.refuse(id, "unknown-secret", message);
      }
      values.set(variable.name, value);
    }
    const command =
      launch.image === undefined
        ? this.#commandOf(order, values)
        : this.#containerOf(order, launch.image, values);
    if ("code" in command) return processes.refuse(id, command.code, command.message);
    folders.removeOutputOf(id);
    processes.start({
      id,
      ...command,
      ...folders.outputOf(id),
      share: shareOf(order.request, order.class),
    });
  }

  #commandOf(order: StartOrder, values: ReadonlyMap<string, string>): Command {
    const { launch, folder } = order;
    return {
      argv: [...(launch.command ?? []), ...launch.args],
      env: { ...this.inherited, ...variablesOf(order, values) },
      cwd: launch.workingDirectory ?? this.#options.folders.workOf(folder),
    };
  }

  /** A container has an environment of its own: it inherits nothing of this machine's. */
  #containerOf(
    order: StartOrder,
    image: string,
    values: ReadonlyMap<string, string>,
  ): Command | { readonly code: string; readonly message: string } {
    const { id, launch, devices, folder } = order;
    const { containers, folders, maker } = this.#options;
    if (containers === undefined) {
      const message = `neither Podman nor Docker answers here to start ${image}`;
      return { code: "no-container-runtime", message };
    }
    const { runtime } = containers;
    const secrets = launch.environment.filter((variable) => "secret" in variable);
    const secretNames = new Set(secrets.map(({ name }) => name));
    for (const name of secretNames) {
      const message = secretFault(runtime, name);
      if (message !== undefined) return { code: "variable-taken", message };
    }
    const all = variablesOf(order, values);
    const fault = mountFault(all);
    if (fault !== undefined) return { code: "cannot-mount", message: fault };
    const variables = Object.entries(all);
    const { argv, env } = containerCommand(runtime, {
      name: containers.add(id),
      image,
      launch,
      variables: Object.fromEntries(variables.filter(([name]) => !secretNames.has(name))),
      secrets: Object.fromEntries(variables.filter(([name]) => secretNames.has(name))),
      devices,
      maker,
      share: shareOf(order.request, order.class),
    });
    return { argv, env, cwd: folders.workOf(folder) };
  }

  #valueOf(variable: Variable): string | undefined {
    if ("value" in variable) return variable.value;
    return this.#options.readSecret(variable.secret.name, variable.secret.key);
  }
}

/** What Neuraxis says of its share, what people say, and what Neuraxis says of its place; the last counts. */
function variablesOf(
  { request, devices, own }: StartOrder,
  values: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  return {
    ...threadVariables(request.cpu),
    ...Object.fromEntries(values),
    ...deviceVariables(devices),
    ...own,
  };
}

/** What a process that asks for this is granted. */
export function shareOf({ cpu, memory }: ResourceRequest, workClass: WorkClass): Share {
  return { class: workClass, cpuMilli: cpu, memoryMiB: memory };
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
