import { execFile } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";

/** A program that starts images, as it was found on this machine. */
export interface ContainerRuntime {
  readonly kind: "podman" | "docker";
  /** Its client's absolute path. */
  readonly program: string;
  readonly version: string;
  /**
   * Where a container's processes are: in the cgroups of the work itself, so that all that holds for
   * processes holds for them; or apart, in cgroups that the runtime makes. Then its limits are the
   * runtime's, and neither a freeze nor the limit of offline work reaches them.
   */
  readonly placement: "inside" | "apart";
  /** `UID:GID` in the container: whoever runs this engine, outside of it. */
  readonly user: string;
  /** Words for a first process that passes signals on; without one, PID 1 ignores what it does not catch. */
  readonly init: readonly string[];
  /** What the client reads of the control plane's environment: where its images and daemon are. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The runtime to use, if there is one; why others are not used, and what may fail; for people. */
export interface FoundRuntime {
  readonly runtime?: ContainerRuntime;
  readonly remarks: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A daemon may take so long to say that it is there. */
const ASK_MS = 10_000;

/** Names that Podman, Docker and what they start look at. */
const CLIENT_VARIABLES =
  /^(PATH|HOME|USER|LOGNAME|TMPDIR|DBUS_SESSION_BUS_ADDRESS|(XDG|CONTAINERS?|DOCKER|REGISTRY|STORAGE)_.*|(HTTPS?|NO|ALL)_PROXY)$/i;

/**
 * Names by which more can be said to a client, and to what it starts, than this engine hands on: to the
 * loader of programs and the C library (ld.so(8), "secure-execution mode"), to Go, to shells, to systemd.
 */
const STEERING_VARIABLES =
  /^(_.*|(LD|GLIBC|MALLOC|RES|NSS|BASH|SSH|SSL|GPG|DBUS|LISTEN|WATCHDOG|PODMAN|BUILDAH|BUILDKIT|LIBPOD|NETAVARK|CNI|CDI|OCI|CRUN|RUNC)_.*|(CONTAINER|DOCKER|PODMAN|REGISTRY|STORAGE).*|GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|COVERDIR|FIPS)|GCONV_PATH|GETCONF_DIR|HOSTALIASES|LOCALDOMAIN|LOCPATH|NIS_PATH|NLSPATH|RESOLV_HOST_CONF|TZ|TZDIR|TMP|TEMP|SHELL|ENV|IFS|PWD|CDPATH|SSLKEYLOGFILE|GNUPGHOME|NOTIFY_SOCKET|FTP_PROXY)$/i;

/** Where version 2 of cgroups is when version 1 is in use. */
const SECOND_BESIDE_FIRST = "/sys/fs/cgroup/unified";

/** Where Podman looks for its helpers, among them a first process (containers.conf(5)). */
const HELPER_FOLDERS = [
  "/usr/local/libexec/podman",
  "/usr/local/lib/podman",
  "/usr/libexec/podman",
  "/usr/lib/podman",
];

/** Podman if it is there and answers, or else Docker if its daemon does. Starts and pulls nothing. */
export async function findContainerRuntime(environment: Environment): Promise<FoundRuntime> {
  const variables = clientVariables(environment);
  const remarks: string[] = [];
  for (const [kind, examine] of [
    ["podman", examinePodman],
    ["docker", examineDocker],
  ] as const) {
    const program = findOnPath(kind, variables["PATH"]);
    if (program === undefined) continue;
    try {
      const examined = await examine(program, variables);
      if (examined.placement === "inside") remarks.push(...remarksOnCrun());
      return { runtime: { kind, program, environment: variables, ...examined }, remarks };
    } catch (error) {
      remarks.push(`${program} does not answer: ${lastLineOf(error)}`);
    }
  }
  return { remarks };
}

/** Whether a client may read this variable itself, so that whoever sets it steers the client. */
export function steersClient(variable: string): boolean {
  return CLIENT_VARIABLES.test(variable) || STEERING_VARIABLES.test(variable);
}

type Examined = Pick<ContainerRuntime, "version" | "placement" | "user" | "init">;
type ClientEnvironment = ContainerRuntime["environment"];

/** Only crun leaves processes where they are; root in a rootless container is the user outside. */
async function examinePodman(program: string, env: ClientEnvironment): Promise<Examined> {
  const words = ["info", "--format", "{{.Version.Version}} {{.Host.OCIRuntime.Name}}"];
  const [version = "", engine = ""] = (await ask(program, words, env)).split(" ");
  return {
    version: `${version} with ${engine}`,
    placement: engine === "crun" ? "inside" : "apart",
    user: "0:0",
    init: podmanInit(env["PATH"]),
  };
}

async function examineDocker(program: string, env: ClientEnvironment): Promise<Examined> {
  const version = await ask(program, ["version", "--format", "{{.Server.Version}}"], env);
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
  return { version, placement: "apart", user, init: ["--init"] };
}

/** It knows either version of cgroups, and not both if the second has controllers of its own. */
function remarksOnCrun(): readonly string[] {
  try {
    const controllers = readFileSync(`${SECOND_BESIDE_FIRST}/cgroup.controllers`, "utf8").trim();
    if (controllers === "") return [];
    return [`crun may refuse to start: ${SECOND_BESIDE_FIRST} has the controllers ${controllers}`];
  } catch {
    return [];
  }
}

/** Podman refuses `--init` where its helper is not installed. */
function podmanInit(searchPath: string | undefined): readonly string[] {
  if (findIn(HELPER_FOLDERS, "catatonit") !== undefined) return ["--init"];
  const program = findOnPath("catatonit", searchPath) ?? findOnPath("tini-static", searchPath);
  return program === undefined ? [] : ["--init", `--init-path=${program}`];
}

async function ask(
  program: string,
  words: readonly string[],
  env: ClientEnvironment,
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, { env, timeout: ASK_MS });
  return stdout.trim();
}

function clientVariables(environment: Environment): ClientEnvironment {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && CLIENT_VARIABLES.test(name) ? [[name, value] as const] : [],
    ),
  );
}

function findOnPath(name: string, searchPath = ""): string | undefined {
  return findIn(
    searchPath.split(path.delimiter).filter((folder) => path.isAbsolute(folder)),
    name,
  );
}

function findIn(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of what it wrote to its error output, or else of the system's own message. */
function lastLineOf(error: unknown): string {
  const { stderr = "", message } = error as Error & { readonly stderr?: string };
  return (stderr.trim() || message).split("\n").at(-1) ?? message;
}
