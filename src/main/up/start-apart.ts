import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { UpOrder } from "../../cli/machine-host.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { Home } from "./home.ts";

/** What one that was started apart tells the one that started it: where it is, or why it is not. */
interface Told {
  readonly url?: string;
  readonly reason?: string;
}

/** How long it has to answer. */
const ANSWER_LIMIT_MS = 15_000;

/**
 * Starts a control plane as a process of its own, and comes back when it answers.
 * @throws UsageError with its reason if it ends instead, or if it does not answer in time.
 */
export async function startApart(
  { home: folder, api, door }: UpOrder,
  note: (line: string) => void,
): Promise<void> {
  const home = new Home(folder);
  home.make();
  const log = openLog(home.log);
  const before = fstatSync(log).size;
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`../main.${ending}`, import.meta.url));
  const words = ["up", "--home", folder, "--listen", textOf(api), "--door", textOf(door)];
  const child = spawn(process.execPath, [...process.execArgv, entry, ...words], {
    detached: true,
    // It tells its reason by a channel of its own: the log may be on a disk that is full.
    stdio: ["ignore", log, log, "ipc"],
    cwd: path.parse(folder).root,
    env: { ...process.env, NODE_COMPILE_CACHE: getCompileCacheDir() },
  });
  closeSync(log);
  try {
    const { url, reason } = await answerOf(child, () => lastWords(home.log, before));
    if (url === undefined) throw new UsageError(`the control plane has not started: ${reason}`);
    note(`Neuraxis is up: process ${child.pid}, API ${url}, log ${home.log}`);
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** Tells whoever started this process apart; nobody, if it was started in another way. */
export async function tellStarter(told: Told): Promise<void> {
  if (!process.connected) return;
  await new Promise<void>((resolve) => {
    // One that has gone meanwhile needs no answer.
    process.send!(told, undefined, undefined, () => resolve());
  });
}

function answerOf(child: ChildProcess, words: () => string): Promise<Told> {
  const { promise, resolve } = Promise.withResolvers<Told>();
  let told: Told = {};
  child.on("message", (message) => {
    told = message as Told;
    if (told.url !== undefined) resolve(told);
  });
  child.once("error", ({ message }) => resolve({ reason: message }));
  // After all that it has told, unlike "exit".
  child.once("close", (code, signal) => {
    resolve({ reason: `it ended with ${signal ?? `code ${code}`}: ${words()}`, ...told });
  });
  const timer = setTimeout(() => {
    const going = `process ${child.pid} does not answer yet, and goes on`;
    resolve({ reason: `${going} (kill ${child.pid} ends it): ${words()}` });
  }, ANSWER_LIMIT_MS);
  return promise.finally(() => clearTimeout(timer));
}

/** What it has written last of an error, or else last of all, and where the rest is. */
export function lastWords(log: string, before: number): string {
  const text = readFileSync(log).subarray(before).toString("utf8");
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const last = lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1);
  return last === undefined ? `read ${log}` : `${last.trim()} (${log})`;
}

/** @throws UsageError if it cannot be written. */
function openLog(file: string): number {
  try {
    return openSync(file, "a", 0o600);
  } catch (error) {
    throw new UsageError(`the log cannot be written: ${(error as Error).message}`);
  }
}

function textOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
