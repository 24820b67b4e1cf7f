import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { fail, succeed, type Result } from "../../../model/result.ts";
import { LineSplitter } from "./line-splitter.ts";
import {
  ANSWER_BYTES_MAX,
  KEEPER_EXIT,
  parseObject,
  PROTOCOL_VERSION,
  SOCKET_NAME,
} from "./protocol.ts";
import type { Greeting, KeeperErrorCode, KeeperRefusal } from "./protocol.ts";

/** Why a client has no answer. What it asked for may have been done. */
type ConnectionErrorCode = "unreachable" | "connection-lost" | "time-limit";

/** A keeper cannot be reached, does not answer, or (with its own code) cannot be followed. */
export class KeeperError extends Error {
  readonly code: ConnectionErrorCode | KeeperErrorCode;

  constructor(code: ConnectionErrorCode | KeeperErrorCode, message: string) {
    super(message);
    this.name = "KeeperError";
    this.code = code;
  }
}

/** How to find a keeper. */
export interface KeeperAddress {
  /** Absolute path of its folder. */
  readonly folder: string;
  /** Whether to start one if none answers. */
  readonly isStarted: boolean;
  /** Milliseconds in which it has to answer, its start included. */
  readonly limitMs: number;
}

/** Between two attempts to connect. */
const RETRY_MS = 20;

/** Longest path of a socket in bytes: macOS has 104 with a zero at the end, Linux 108. */
const SOCKET_PATH_BYTES_MAX = 103;

/**
 * V8's limits of a keeper, which is to be small: it holds 10 MiB at most, and speed is not its
 * concern.
 */
const KEEPER_FLAGS = ["--max-semi-space-size=1", "--max-old-space-size=128"];

/**
 * Connects to the keeper of a folder. If none is there, one is started that outlives this process;
 * of several that are started at once, one stays.
 * @throws KeeperError "unreachable" when the time is over, or with what the keeper said if it
 *   could not start.
 */
export async function connectToKeeper(address: KeeperAddress): Promise<KeeperConnection> {
  const { folder, isStarted, limitMs } = address;
  const file = path.join(folder, SOCKET_NAME);
  if (Buffer.byteLength(file) > SOCKET_PATH_BYTES_MAX) {
    const cure = `name a folder so that it has at most ${SOCKET_PATH_BYTES_MAX} bytes`;
    throw new KeeperError("unreachable", `the path ${file} is too long for a socket: ${cure}`);
  }
  const endMs = performance.now() + limitMs;
  let keeper: ChildProcess | undefined;
  for (;;) {
    const restMs = Math.max(1, endMs - performance.now());
    const found = await tryToConnect(file, restMs);
    if (found !== undefined) {
      // One that lost the race must not come late and stay when the other has ended.
      if (keeper?.pid !== found.pid) keeper?.kill();
      return found;
    }
    if (performance.now() > endMs || !isStarted) {
      const since = isStarted ? ` after ${limitMs} ms` : "";
      throw new KeeperError("unreachable", `no keeper answers in ${folder}${since}`);
    }
    // One that found another keeper ends; that one may be about to end, too.
    if (keeper === undefined || keeper.exitCode === KEEPER_EXIT.isKept) keeper = start(folder);
    else if (keeper.exitCode !== null || keeper.signalCode !== null) {
      throw new KeeperError("unreachable", `the keeper did not start: ${readComplaint(folder)}`);
    }
    await pause(RETRY_MS);
  }
}

/** A connection with a keeper that has greeted. */
export interface KeeperConnection {
  readonly socket: Socket;
  /** Of the keeper's process. */
  readonly pid: number;
}

/** Nothing if there is no keeper, or one that ends before it greets. */
function tryToConnect(file: string, limitMs: number): Promise<KeeperConnection | undefined> {
  return new Promise((resolve, reject) => {
    const splitter = new LineSplitter(ANSWER_BYTES_MAX);
    const socket = connect(file);
    // Without a listener, an error that comes later would end the process.
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EACCES") reject(new KeeperError("unreachable", error.message));
    });
    socket.setTimeout(limitMs, () => socket.destroy());
    socket.once("close", () => resolve(undefined));
    socket.on("data", (chunk: Buffer) => {
      const line = splitter.push(chunk)?.at(0);
      if (line === undefined) return;
      socket.pause().removeAllListeners("data").setTimeout(0);
      const greeting = readGreeting(line);
      if (greeting.ok) resolve({ socket, pid: greeting.value.pid });
      else reject(greeting.reason);
    });
  });
}

function readGreeting(line: string): Result<Greeting, KeeperError> {
  const greeting = (parseObject(line) ?? {}) as unknown as Greeting & {
    readonly reason?: KeeperRefusal;
  };
  const { protocol, reason } = greeting;
  if (reason !== undefined) return fail(new KeeperError(reason.code, reason.message));
  if (protocol === PROTOCOL_VERSION) return succeed(greeting);
  const versions = `speaks protocol ${protocol}, not ${PROTOCOL_VERSION}`;
  const cure = "end it by SIGTERM, which leaves its workloads running";
  return fail(new KeeperError("unreachable", `the keeper ${versions}: ${cure}`));
}

/**
 * With nearly nothing of this process's environment, which may hold secrets, and in a session of
 * its own, so that no signal to a terminal or a group reaches it.
 */
function start(folder: string): ChildProcess {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const complaints = openSync(complaintFile(folder), "a", 0o600);
  try {
    const env = Object.fromEntries(
      ["PATH", "LD_LIBRARY_PATH"].flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const keeper = spawn(process.execPath, [...KEEPER_FLAGS, entryFile(), folder], {
      cwd: "/",
      env,
      detached: true,
      stdio: ["ignore", "ignore", complaints],
    });
    keeper.on("error", () => {}); // Then it has no exit code, and the time limit ends the wait.
    keeper.unref();
    return keeper;
  } finally {
    closeSync(complaints);
  }
}

/** The daemon beside this file, with the ending that this file itself runs under. */
function entryFile(): string {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return fileURLToPath(new URL(`./keeper.${ending}`, import.meta.url));
}

function complaintFile(folder: string): string {
  return path.join(folder, "keeper.stderr");
}

function readComplaint(folder: string): string {
  return readFileSync(complaintFile(folder), "utf8").slice(-2000).trim();
}
