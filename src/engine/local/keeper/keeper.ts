/**
 * The process keeper: `node keeper.ts FOLDER`. It is the parent of all workload processes of one
 * control plane and nothing else, so that the control plane can end, be killed and come back while
 * they run, and each of their ends is told. keeper-client.ts starts it.
 *
 * In the folder, which it makes its user's alone (mode 0700):
 * - keeper.sock: where it listens (0600)
 * - keeper.log: its journal; all that it has to remember
 * - keeper.lock.N: its number, so that there is one keeper a folder
 *
 * SIGTERM ends it and no workload; the next keeper of the folder takes them over. Without clients
 * and workloads it ends by itself after a minute. Workloads inherit the file mode mask and the
 * limits (ulimit) of who started the keeper.
 */
import { chmodSync, closeSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { takeLock } from "./keeper-lock.ts";
import { KeeperServer } from "./keeper-server.ts";
import { ProcessKeeper } from "./process-keeper.ts";
import { KEEPER_EXIT, SOCKET_NAME } from "./protocol.ts";

/** A keeper that was idle (no client, nothing that runs) at so many looks in a row ends. */
const IDLE_LOOK_MS = 30_000;
const IDLE_LOOKS = 2;

/** How long a shutdown waits for the ends of what it killed, and how often it looks. */
const SHUTDOWN_WAIT_MS = 5000;
const SHUTDOWN_POLL_MS = 20;

/** In the flags that /proc tells of a descriptor, on every machine that Node runs on: open(2). */
const CLOSE_ON_EXEC = 0o2000000;

process.exitCode = await start(process.argv.slice(2));

/** Returns an exit code if there is nothing to serve. */
async function start([folder, ...rest]: readonly string[]): Promise<number> {
  if (folder === undefined || rest.length > 0) {
    process.stderr.write("usage: node keeper.ts FOLDER\n");
    return KEEPER_EXIT.usage;
  }
  // Node hands this on to children, whatever environment they are given.
  delete process.env["NODE_V8_COVERAGE"];
  closeInherited();
  enterFolder(folder);
  const lock = takeLock(".");
  if (!lock.ok) {
    process.stderr.write(`${folder} is kept by process ${lock.reason.pid}\n`);
    return KEEPER_EXIT.isKept;
  }
  const keeper = new ProcessKeeper(".", lock.value, () => server.tellRecords());
  const server = new KeeperServer({
    keeper,
    identity: lock.value,
    shutDown: (kill) => shutDown(keeper, server, kill),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => void shutDown(keeper, server, false));
  }
  process.on("SIGHUP", () => {});
  // The first client is to see what became of the workloads that were taken over.
  await keeper.publish();
  await server.listen(SOCKET_NAME);
  endWhenIdle(keeper, server);
  return KEEPER_EXIT.good;
}

/**
 * Descriptors that whoever started the keeper left open would be open in every workload. Node's own
 * are closed when a program is executed, and those below 16 of its starter are, too. Outside Linux
 * there are none: libuv starts a process with those alone that it is given.
 */
function closeInherited(): void {
  if (process.platform !== "linux") return;
  for (const descriptor of readdirSync("/proc/self/fd").map(Number)) {
    if (descriptor > 2 && isInherited(descriptor)) closeSync(descriptor);
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const info = readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8");
    const flags = /^flags:\s+([0-7]+)$/m.exec(info)?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // It was that of the list.
  }
}

/**
 * Makes the folder its user's alone and works in it from now on: a path that starts here is short
 * enough for a socket.
 */
function enterFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const owner = statSync(folder).uid;
  if (owner !== process.getuid?.()) throw new Error(`${folder} belongs to user ${owner}`);
  chmodSync(folder, 0o700);
  process.chdir(folder);
}

function endWhenIdle(keeper: ProcessKeeper, server: KeeperServer): void {
  let looks = 0;
  setInterval(() => {
    looks = server.clientCount === 0 && !keeper.isBusy ? looks + 1 : 0;
    if (looks === IDLE_LOOKS) void shutDown(keeper, server, false);
  }, IDLE_LOOK_MS);
}

/** Tells how many workloads run on, then ends the process. */
async function shutDown(
  keeper: ProcessKeeper,
  server: KeeperServer,
  kill: boolean,
): Promise<number> {
  keeper.close(kill);
  const endMs = performance.now() + SHUTDOWN_WAIT_MS;
  if (kill) {
    while (keeper.isBusy && performance.now() < endMs) await pause(SHUTDOWN_POLL_MS);
  }
  // The answer is sent before the connections are ended.
  setImmediate(() => void server.close().then(() => process.exit()));
  return keeper.list().workloads.filter(({ phase }) => phase !== "ended").length;
}
