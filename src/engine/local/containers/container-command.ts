import { existsSync } from "node:fs";
import path from "node:path";
import type { Launch } from "../../../model/launch.ts";
import type { DeviceMaker } from "../devices/found-devices.ts";
import { MARKER_VARIABLE } from "../keeper/workload-processes.ts";
import type { Share } from "../kernel/isolation.ts";
import { OFFLINE_OOM_SCORE } from "../kernel/process-priority.ts";
import { type ContainerRuntime, steersClient } from "./container-runtime.ts";

/** One container that is to start. */
export interface ContainerOrder {
  /** Of the container; a-z, A-Z, 0-9 and `_.-`. */
  readonly name: string;
  readonly image: string;
  readonly launch: Pick<Launch, "command" | "args" | "workingDirectory">;
  /** Variables of the process that anybody may see. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that nobody else may see: in no argument; the client has them, so none may steer it. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Numbers of the devices that it sees. */
  readonly devices: readonly number[];
  readonly maker: DeviceMaker | undefined;
  readonly share: Share;
}

/** A folder of the machine, at the same path in the container. */
interface Mount {
  readonly path: string;
  readonly isReadOnly: boolean;
}

/** The runtime would end the path there, and take the rest for settings of the mount. */
const UNMOUNTABLE = /[,"\n\r]/;

/** Weight of offline work beside everything else where no cgroup says more: the kernel's least. */
const SHARES_MIN = 2;

/**
 * Program, arguments and environment of the runtime's client, which stays in the foreground as long as
 * the container runs: it passes signals and output on and ends with the exit code of the process, or
 * 128 and the number of the signal that ended that. 125 is the client's own failure.
 *
 * The network and the memory shared between processes are the machine's, as for any process. The mark
 * of the keeper goes in, so that what is killed is found in the container, too. `mountFault` comes first.
 */
export function containerCommand(runtime: ContainerRuntime, order: ContainerOrder) {
  const { name, image, launch, secrets } = order;
  const [program, ...words] = launch.command ?? [];
  const devices = deviceWords(runtime, order);
  const variables = { ...order.variables, ...devices.variables };
  const argv = [
    runtime.program,
    "run",
    "--rm",
    `--name=${name}`,
    // What is left of a container of this name is nobody's.
    ...(runtime.kind === "podman" ? ["--replace"] : []),
    "--network=host",
    "--ipc=host",
    // The keeper has the output already.
    "--log-driver=none",
    // Folders are shared as they are, without labels of their own.
    "--security-opt=label=disable",
    `--user=${runtime.user}`,
    ...runtime.init,
    ...placementWords(runtime, order.share),
    ...(order.share.class === "offline" ? [`--oom-score-adj=${OFFLINE_OOM_SCORE}`] : []),
    ...mountsOf(variables).map(mountWord),
    ...devices.words,
    ...(launch.workingDirectory === undefined ? [] : [`--workdir=${launch.workingDirectory}`]),
    ...Object.entries(variables).map(([variable, value]) => `--env=${variable}=${value}`),
    ...[...Object.keys(secrets), MARKER_VARIABLE].map((variable) => `--env=${variable}`),
    ...(program === undefined ? [] : [entrypointWord(runtime, program)]),
    // What follows is no option, however it begins.
    "--",
    image,
    ...words,
    ...launch.args,
  ];
  return { argv, env: { ...secrets, ...runtime.environment } };
}

/** Why a folder that its variables speak of cannot be in a container, as a clause. */
export function mountFault(variables: Readonly<Record<string, string>>): string | undefined {
  return mountsOf(variables)
    .map((mount) => pathFault(mount.path))
    .find((fault) => fault !== undefined);
}

/** Why no container can show this path, or one below it, as a clause. */
export function pathFault(path: string): string | undefined {
  if (!UNMOUNTABLE.test(path)) return undefined;
  return `no container can have ${path}: it has a comma, quotation mark or line break`;
}

/** Why a secret cannot be this variable of a container, as a clause. */
export function secretFault({ kind }: ContainerRuntime, variable: string): string | undefined {
  if (!steersClient(variable)) return undefined;
  return `a secret cannot be the variable ${variable} of a container: ${kind} may read that itself`;
}

/** Limits that the kernel keeps already need no words. */
function placementWords({ placement }: ContainerRuntime, share: Share): readonly string[] {
  if (placement === "inside") return ["--cgroups=disabled"];
  const weight = share.class === "offline" ? 0 : Math.round((share.cpuMilli * 1024) / 1000);
  return [
    `--memory=${share.memoryMiB}m`,
    `--memory-swap=${share.memoryMiB}m`,
    `--cpu-shares=${Math.max(SHARES_MIN, weight)}`,
  ];
}

/**
 * NVIDIA's devices come by the Container Device Interface (Podman) or Docker's own words for it, and
 * are then counted from 0. AMD's come all at once, and the process is told which are its own.
 */
function deviceWords({ kind }: ContainerRuntime, { devices, maker }: ContainerOrder) {
  if (devices.length === 0 || maker === undefined) return { words: [], variables: {} };
  switch (maker) {
    case "nvidia":
      return {
        words:
          kind === "podman"
            ? devices.map((device) => `--device=nvidia.com/gpu=${device}`)
            : [`--gpus="device=${devices.join(",")}"`],
        variables: { CUDA_VISIBLE_DEVICES: [...devices.keys()].join(",") },
      };
    case "amd":
      return { words: ["--device=/dev/kfd", "--device=/dev/dri"], variables: {} };
  }
}

/** Podman takes a text that is a list in JSON for one. */
function entrypointWord({ kind }: ContainerRuntime, program: string): string {
  return `--entrypoint=${kind === "podman" ? JSON.stringify([program]) : program}`;
}

/** What its variables speak of: checkpoints, who is in the gang, and weights that are on this machine. */
function mountsOf(variables: Readonly<Record<string, string>>): readonly Mount[] {
  const checkpoints = variables["NEURAXIS_CHECKPOINT_DIR"];
  const model = variables["NEURAXIS_MODEL_PATH"];
  const gang = variables["NEURAXIS_GANG_FILE"];
  return [
    // The file is replaced as a whole: only its folder shows the new one.
    ...(gang === undefined ? [] : [{ path: path.dirname(gang), isReadOnly: true }]),
    ...(checkpoints === undefined ? [] : [{ path: checkpoints, isReadOnly: false }]),
    ...(model?.startsWith("/") && existsSync(model) ? [{ path: model, isReadOnly: true }] : []),
  ];
}

function mountWord({ path, isReadOnly }: Mount): string {
  return `--mount=type=bind,source=${path},target=${path}${isReadOnly ? ",readonly" : ""}`;
}
