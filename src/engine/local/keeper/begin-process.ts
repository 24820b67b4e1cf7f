import { spawn, type ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import type { ExitStatus, SpawnRequest } from "./protocol.ts";
import { MARKER_VARIABLE } from "./workload-processes.ts";

/**
 * Stands in the place of a program: it enters the cgroups (its arguments up to ".") and then becomes
 * the program, which so is the same process and was never outside. It is the same text for every
 * program. Arguments pass through "$@" as they are; variables come under numbers and get their names
 * only inside, so that none (LD_PRELOAD, say) has an effect before. The shell's own are dropped, but
 * for SHLVL=0 of bash.
 *
 * Descriptor 3 tells the keeper what failed: entering, or by the shell's code (126, 127) executing.
 * For that it is put aside to one that is closed when a program is executed; its end without a word
 * tells that. `execfail` is for bash, which else would end while 3 is closed.
 */
const STUB = String.raw`
while [ "$1" != . ]; do
  echo $$ >>"$1/cgroup.procs" || { echo "the system lets no process into $1" >&3; exit 125; }
  shift
done
shift
shopt -s execfail 2>/dev/null
unset PATH PWD OLDPWD SHLVL
while [ "$NEURAXIS_KEEPER_LEFT" -gt 0 ]; do
  eval "export \"\$NEURAXIS_KEEPER_$NEURAXIS_KEEPER_LEFT\"; unset NEURAXIS_KEEPER_$NEURAXIS_KEEPER_LEFT"
  NEURAXIS_KEEPER_LEFT=$((NEURAXIS_KEEPER_LEFT - 1))
done 2>/dev/null
unset NEURAXIS_KEEPER_LEFT
trap 'echo "the program is not executed: code $? (126: it may not be, 127: it or its interpreter is not there)" >&3' EXIT
{ exec "$@"; } 3>&-
`;
const SHELL = "/bin/sh";
const ENV = "/usr/bin/env";

/** What a shell has a meaning of its own for, and hands on changed or not at all. */
const SHELLS_OWN =
  /^(?:_|BASH.*|COMP_.*|DIRSTACK|EPOCH.*|EUID|FUNCNAME|GROUPS|HISTCMD|LINENO|NEURAXIS_KEEPER_.*|OPTARG|OPTERR|OPTIND|PIPESTATUS|PPID|RANDOM|SECONDS|SHELLOPTS|SHLVL|SRANDOM|UID)$/;

/**
 * How long a start waits to be told whether the program is executed. It takes a millisecond; a
 * workload that is frozen, or has no CPU while online work wants it all, may take any time, and
 * counts as begun.
 */
const BEGIN_LIMIT_MS = 500;

/** What begins, and where it writes to. */
export interface Beginning {
  readonly request: SpawnRequest;
  /** Absolute path of what argv[0] names. */
  readonly program: string;
  readonly marker: string;
  readonly outputs: readonly [number, number];
}

/**
 * Begins a process in a session of its own. If it has cgroups, what begins is the stub: see
 * `afterBegin`. What the system refuses at once is told by the child's event "error".
 */
export function begin({ request, program, marker, outputs }: Beginning): ChildProcess {
  const { argv, env, cwd, cgroups = [] } = request;
  const common = { cwd, detached: true } as const;
  if (cgroups.length === 0) {
    return spawn(program, argv.slice(1), {
      ...common,
      argv0: argv[0],
      env: { ...env, [MARKER_VARIABLE]: marker },
      stdio: ["ignore", ...outputs],
    });
  }
  const { own, others } = split(env);
  // A name that begins with "-" would be an option of `exec`.
  const name = argv[0].startsWith("-") ? program : argv[0];
  const words = own.length === 0 ? [] : [ENV, "--", ...own];
  return spawn(SHELL, ["-c", STUB, "sh", ...cgroups, ".", ...words, name, ...argv.slice(1)], {
    ...common,
    env: Object.fromEntries([
      [MARKER_VARIABLE, marker],
      ["NEURAXIS_KEEPER_LEFT", others.length],
      ...others.map((text, index) => [`NEURAXIS_KEEPER_${index + 1}`, text]),
    ]),
    stdio: ["ignore", ...outputs, "pipe"],
  });
}

/**
 * Waits until what `begin` began executes its program.
 * @throws Error if the system refuses a cgroup or the program. Then the process has ended.
 */
export async function afterBegin(child: ChildProcess): Promise<void> {
  const told = child.stdio[3];
  if (!(told instanceof Socket)) return;
  const ended = endOf(child);
  const failure = await readFailure(told);
  if (failure === "") return;
  await ended;
  throw new Error(failure);
}

/** How a child ends. It is asked before it can have. */
export function endOf(child: ChildProcess): Promise<Pick<ExitStatus, "code" | "signal">> {
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** What failed; nothing if the program is executed, or does not tell in time. */
function readFailure(told: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const timer = setTimeout(() => resolve(""), BEGIN_LIMIT_MS);
    told.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    told.on("error", () => {});
    told.once("close", () => {
      clearTimeout(timer);
      resolve(text.trim());
    });
  });
}

/** "NAME=VALUE" of a shell's own, or no name to it, which pass it as arguments; and of all others. */
function split(env: SpawnRequest["env"]): Record<"own" | "others", readonly string[]> {
  const names = Object.keys(env).filter((name) => name !== MARKER_VARIABLE);
  const isOwn = (name: string) => !/^[A-Za-z_]\w*$/.test(name) || SHELLS_OWN.test(name);
  const toText = (name: string) => `${name}=${env[name]}`;
  return {
    own: names.filter(isOwn).map(toText),
    others: names.filter((name) => !isOwn(name)).map(toText),
  };
}
