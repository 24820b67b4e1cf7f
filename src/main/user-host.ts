import { readdir, readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";
import type { UserHost } from "../cli/user-host.ts";
import { UsageError } from "../cli/usage-error.ts";
import { wait } from "./wait.ts";

/** Of output that is no terminal. */
const COLUMNS = 80;
const ROWS = 24;

/** The process's own terminal, environment and files. @param endWith takes the exit code. */
export function userHost(endWith: (code: number) => void): UserHost {
  const { stdout, stdin, env } = process;
  const isTerminal = isatty(stdout.fd);
  return {
    environment: env,
    folder: process.cwd(),
    screen: {
      isTerminal,
      // https://no-color.org: present and not empty, whatever its value.
      hasColours: isTerminal && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb",
      get columns() {
        return isTerminal ? stdout.columns : COLUMNS;
      },
    },
    rows: () => (isTerminal ? stdout.rows : ROWS),
    nowMs: () => Date.now(),
    random: () => Math.random(),
    wait,
    write: (stream, bytes) =>
      new Promise((resolve) => {
        process[stream].write(bytes, () => resolve());
      }),
    draw: (picture) => {
      stdout.write(picture);
    },
    readText: (file) => unlessMissing(file, () => readFile(file, "utf8")),
    readInput: () => text(stdin),
    listFolder: (folder) =>
      unlessMissing(folder, async () => (await readdir(folder)).toSorted(compareTexts)),
    onInterrupt: (handle) => {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, handle);
      return () => {
        for (const signal of signals) process.off(signal, handle);
      };
    },
    onKey,
    endWith,
  };
}

function onKey(handle: (key: string) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  stdin.setRawMode(true);
  stdin.setEncoding("utf8").on("data", handle).resume();
  return () => {
    stdin.off("data", handle).pause();
    stdin.setRawMode(false);
  };
}

/** What could be read; `undefined` where there is nothing of the kind. @throws UsageError. */
async function unlessMissing<Value>(
  file: string,
  read: () => Promise<Value>,
): Promise<Value | undefined> {
  try {
    return await read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UsageError(`cannot read ${file}: ${message}`);
  }
}

function compareTexts(left: string, right: string): number {
  return Number(left > right) || -Number(left < right);
}
