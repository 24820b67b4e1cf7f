import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { flushCompileCache, getCompileCacheDir } from "node:module";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { UpOrder } from "../../cli/machine-host.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { JournalError } from "../../control/journal/journal-error.ts";
import { ReplayError } from "../../control/replay-entry.ts";
import { Home } from "./home.ts";

interface World {
  readonly version: string;
  readonly note: (line: string) => void;
}

/** How long one that was started apart has to answer, and how often it is asked. */
const ANSWER_LIMIT_MS = 15_000;
const ANSWER_LOOK_MS = 20;

/** @throws UsageError if one runs already, or cannot. */
export async function runUp(order: UpOrder, world: World): Promise<void> {
  await (order.detach ? startApart(order, world) : runHere(order, world));
}

async function runHere(
  { home: folder, api, door }: UpOrder,
  { version, note }: World,
): Promise<void> {
  const home = new Home(folder);
  const { env: environment } = process;
  const { findEquipment } = await import("./find-equipment.ts");
  // The programs that are asked run while the rest is loaded.
  const equipment = findEquipment(environment);
  const { startUp } = await import("./control-plane.ts");
  try {
    const options = { home, api, door, version, environment, equipment, report: note };
    const up = await startUp(options);
    note(
      `Neuraxis ${version} is up: API ${up.url}, requests ${up.door}/services/NAME, home ${folder}`,
    );
    let asked = 0;
    process.on("SIGINT", () => {
      asked += 1;
      if (asked > 1) process.exit(130);
      note("All work is asked to leave; Ctrl-C again ends the control plane at once.");
      up.stop("end");
    });
    process.on("SIGTERM", () => up.stop("keep"));
    // One that is killed later would not keep what it compiled.
    flushCompileCache();
    await up.done;
  } catch (error) {
    throw toUsageError(error, home);
  }
}

/** What the user can mend is told as such. */
function toUsageError(error: unknown, home: Home): unknown {
  if (error instanceof JournalError) {
    const running = error.code === "locked" ? home.api() : undefined;
    if (running === undefined) return new UsageError(error.message);
    const { pid, url } = running;
    return new UsageError(
      `${home.folder} has a control plane already: process ${pid}, ${url}. ` +
        `Use it, end it by \`neuraxis down\`, or name another --home.`,
    );
  }
  if (error instanceof ReplayError) {
    return new UsageError(
      `${home.journal}: ${error.message}. Another version of this program wrote it: ` +
        `start that one once, and end it by \`neuraxis down\`.`,
    );
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE" || code === "EACCES" || code === "EADDRNOTAVAIL") {
    return new UsageError(`${message}. Name another address by --listen or --door.`);
  }
  return error;
}

async function startApart({ home: folder, api, door }: UpOrder, { note }: World): Promise<void> {
  const home = new Home(folder);
  home.make();
  const log = openSync(home.log, "a", 0o600);
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`../main.${ending}`, import.meta.url));
  const words = ["up", "--home", folder, "--listen", textOf(api), "--door", textOf(door)];
  const child = spawn(process.execPath, [...process.execArgv, entry, ...words], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: path.parse(folder).root,
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() },
  });
  let exitCode: number | null | undefined;
  child.once("exit", (code) => {
    exitCode = code;
  });
  for (let waitedMs = 0; waitedMs < ANSWER_LIMIT_MS; waitedMs += ANSWER_LOOK_MS) {
    if (exitCode !== undefined) {
      throw new UsageError(`the control plane ended with code ${exitCode}: read ${home.log}`);
    }
    const running = home.api();
    if (running?.pid === child.pid) {
      child.unref();
      note(`Neuraxis is up: process ${running?.pid}, API ${running?.url}, log ${home.log}`);
      return;
    }
    await pause(ANSWER_LOOK_MS);
  }
  throw new UsageError(`the control plane does not answer: read ${home.log}`);
}

function textOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
