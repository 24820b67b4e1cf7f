import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import type { JobLaunch, Launch, ServiceLaunch } from "../../model/launch.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Refusal, RefusalCode } from "../../model/refusal.ts";
import { LOCAL_REPLICAS_MAX, type ModelService } from "../../model/service.ts";
import type { ContainerRuntime } from "./containers/container-runtime.ts";
import { pathFault, secretFault } from "./containers/container-command.ts";
import { checkpointFault } from "./checkpoints.ts";
import type { Folders } from "./folders.ts";
import type { ReadSecret } from "./launcher.ts";

/** Folders of PATH that a refusal names. */
const FOLDERS_TOLD = 3;

/** What admission looks at. */
export interface AdmissionOptions {
  readonly folders: Folders;
  /** PATH of the processes to come. */
  readonly searchPath: string;
  readonly readSecret: ReadSecret;
  /** What starts images; absent: nothing does. */
  readonly runtime?: ContainerRuntime | undefined;
}

/** Why this machine can never run the job; `undefined` if nothing is known against it. */
export function admitJob(
  job: BatchJob,
  launch: JobLaunch,
  options: AdmissionOptions,
): Refusal | undefined {
  const who = `job ${job.id}`;
  if (job.suspension !== undefined && job.roles.some(({ request }) => request.accelerators)) {
    return refuse(
      "cannot-suspend",
      `${who}: this machine cannot move devices' memory to the host's`,
    );
  }
  for (const role of launch.roles) {
    const refusal =
      admitLaunch(role, `${who}, role ${role.role}`, options) ??
      (job.suspension && admitFreezing(role, who, options));
    if (refusal !== undefined) return refusal;
  }
  const below = launch.checkpointPath;
  const fault = below === undefined ? undefined : checkpointFault(options.folders, below);
  return fault === undefined ? undefined : refuse("checkpoint-unusable", `${who}: ${fault}`);
}

/** Why this machine can never serve it; `undefined` if nothing is known against it. */
export function admitService(
  { id, replicas, sleep }: ModelService,
  launch: ServiceLaunch,
  options: AdmissionOptions,
): Refusal | undefined {
  const who = `service ${id}`;
  if ("number" in launch.port && replicas.max > 1) {
    return refuse(
      "port-in-use",
      `${who}: ${replicas.max} replicas cannot all listen on port ${launch.port.number}`,
    );
  }
  if (replicas.max + (sleep?.standby ?? 0) > LOCAL_REPLICAS_MAX) {
    const message = `${who}: it may have ${replicas.max} replicas; a machine keeps ${LOCAL_REPLICAS_MAX} apart`;
    return refuse("too-many-replicas", message);
  }
  return admitLaunch(launch, who, options) ?? (sleep && admitFreezing(launch, who, options));
}

function admitLaunch(launch: Launch, who: string, options: AdmissionOptions): Refusal | undefined {
  const { searchPath, readSecret } = options;
  const { image, command, environment, workingDirectory } = launch;
  const refusal = image === undefined ? undefined : admitImage(launch, who, options);
  if (refusal !== undefined) return refusal;
  for (const variable of environment) {
    if ("value" in variable) continue;
    const { name, key } = variable.secret;
    if (readSecret(name, key) !== undefined) continue;
    return refuse("unknown-secret", `${who}: secret ${name} has no entry ${key}`);
  }
  // What is in an image is seen when it is started.
  if (image !== undefined) return undefined;
  return (
    (workingDirectory === undefined ? undefined : admitFolder(workingDirectory, who)) ??
    admitProgram(command?.[0] ?? "", workingDirectory, { who, searchPath })
  );
}

function admitImage(
  { image, environment }: Launch,
  who: string,
  { runtime, folders }: AdmissionOptions,
): Refusal | undefined {
  if (runtime === undefined) {
    const message = `${who}: neither Podman nor Docker answers here to start the image ${image}`;
    return refuse("no-container-runtime", message);
  }
  for (const variable of environment) {
    const fault = "secret" in variable ? secretFault(runtime, variable.name) : undefined;
    if (fault !== undefined) return refuse("variable-taken", `${who}: ${fault}`);
  }
  const fault = pathFault(folders.root);
  return fault === undefined ? undefined : refuse("cannot-mount", `${who}: ${fault}`);
}

/** A freeze stops the processes in the cgroups of the work, and no others. */
function admitFreezing(
  { image }: Launch,
  who: string,
  { runtime }: AdmissionOptions,
): Refusal | undefined {
  if (image === undefined || runtime?.placement !== "apart") return undefined;
  return refuse(
    "cannot-suspend",
    `${who}: ${runtime.kind} ${runtime.version} keeps the processes of ${image} in cgroups of its own, which this engine cannot freeze`,
  );
}

function admitFolder(folder: string, who: string): Refusal | undefined {
  if (!path.isAbsolute(folder)) {
    return refuse("folder-not-found", `${who}: working directory ${folder} does not begin at /`);
  }
  if (isFolder(folder)) return undefined;
  return refuse("folder-not-found", `${who}: there is no folder ${folder} to start in`);
}

function admitProgram(
  program: string,
  folder: string | undefined,
  { who, searchPath }: { readonly who: string; readonly searchPath: string },
): Refusal | undefined {
  if (program.includes("/")) {
    // Relative to a folder that is made later: nothing can be said now.
    if (!path.isAbsolute(program) && folder === undefined) return undefined;
    const file = path.resolve(folder ?? "/", program);
    if (isExecutable(file)) return undefined;
    return refuse("command-not-found", `${who}: ${file} is no program that can be executed`);
  }
  const folders = searchPath.split(":").filter((entry) => entry !== "");
  if (folders.some((entry) => isExecutable(path.join(entry, program)))) return undefined;
  const more = folders.length - FOLDERS_TOLD;
  const rest = more > 0 ? ` and ${more} more of PATH` : "";
  const where = `${folders.slice(0, FOLDERS_TOLD).join(", ")}${rest}`;
  return refuse("command-not-found", `${who}: there is no program ${program} in ${where}`);
}

function refuse(code: RefusalCode, message: string): Refusal {
  return { kind: "can-never", code, message };
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    // Missing, or not for this user: the same to whoever wants to start it.
    return false;
  }
}
