import { constants } from "node:os";
import { ID_LENGTH_MAX } from "../../../model/ids.ts";
import { fail, succeed, type Result } from "../../../model/result.ts";

/**
 * What a keeper and its clients say to each other: lines of JSON over a Unix socket. The keeper
 * begins with a greeting. A client sends requests with a number; each gets one answer with that
 * number, in any order. A client that watches also gets records, as `{"record": ...}`.
 */

/** Goes up when a keeper and a client of different numbers would misunderstand each other. */
export const PROTOCOL_VERSION = 1;

/** The socket in a keeper's folder. */
export const SOCKET_NAME = "keeper.sock";

/** Exit codes of a keeper; 1 is a bug, or a system that fails it. */
export const KEEPER_EXIT = { good: 0, usage: 2, isKept: 3 } as const;

/** Longest request in bytes, without its end of line. A longer one ends the connection. */
export const REQUEST_BYTES_MAX = 2 ** 20;

/** Longest answer in bytes: a list of WORKLOADS_MAX workloads is well below it. */
export const ANSWER_BYTES_MAX = 2 ** 24;

/** Workloads that a keeper remembers at most, running and ended. `forget` makes room. */
export const WORKLOADS_MAX = 10_000;

/** Every code of an error that a keeper answers with, its meaning and its cure. */
export const KEEPER_ERRORS = {
  malformed: {
    meaning: "The line is no JSON object of a command with the fields that it takes.",
    cure: "Send what protocol.ts describes, in at most 1 MiB.",
  },
  "too-many-clients": {
    meaning: "As many clients are connected as a keeper serves.",
    cure: "Close one. A control plane needs two connections.",
  },
  "too-many-workloads": {
    meaning: "The keeper remembers as many workloads as it can.",
    cure: "Forget those that have ended.",
  },
  "id-in-use": {
    meaning: "A workload of this id runs, or has ended and was not forgotten.",
    cure: "Take another id, or forget the ended one first.",
  },
  "unknown-id": {
    meaning: "No workload of this id was started, or it was forgotten.",
    cure: "Ask for the list.",
  },
  "not-running": {
    meaning: "The workload has ended.",
    cure: "Nothing: its record says how it ended.",
  },
  "still-running": {
    meaning: "The workload has not ended, so it cannot be forgotten.",
    cure: "Kill it and wait for its record.",
  },
  "program-not-found": {
    meaning: "There is no file of the name argv[0], or not in the PATH of the given environment.",
    cure: "Name the program by its path, or give a PATH.",
  },
  "program-not-executable": {
    meaning: "argv[0] is no file, or one that the keeper's user may not execute.",
    cure: "Make the file executable.",
  },
  "folder-not-found": {
    meaning: "The working folder does not exist, or is no folder.",
    cure: "Make the folder first.",
  },
  "output-not-writable": {
    meaning: "A file for output cannot be opened for writing, or is no regular file.",
    cure: "Name files in a folder that exists and that the keeper's user may write.",
  },
  "cgroup-not-writable": {
    meaning: "A cgroup has no cgroup.procs that the keeper's user may write.",
    cure: "Make the cgroup first, and delegate it to the keeper's user.",
  },
  "spawn-failed": {
    meaning: "The system refused to start the process; nothing runs.",
    cure: "The message names the system's reason.",
  },
  "journal-not-writable": {
    meaning: "The keeper cannot write its journal. A process that it was asked for may run.",
    cure: "Make room on the disk, then ask for the list.",
  },
  "sequence-ahead": {
    meaning: "The client has seen a record that the keeper never made.",
    cure: "The state folder is another one, or was emptied: begin at sequence 0.",
  },
  "shutting-down": {
    meaning: "The keeper is about to end and starts nothing any more.",
    cure: "Connect again; the next keeper takes over what runs.",
  },
} as const;

export type KeeperErrorCode = keyof typeof KEEPER_ERRORS;

/** Why a keeper did not do what it was asked; nothing has changed unless the code says so. */
export interface KeeperRefusal {
  readonly code: KeeperErrorCode;
  readonly message: string;
}

/** What to start, and where its output goes. */
export interface SpawnRequest {
  /** 1 to 253 characters, and no other workload's until it is forgotten. */
  readonly id: string;
  /**
   * Program and arguments, handed over as they are: no shell reads them. A program without a slash
   * is looked up in the PATH of `env`; a relative path starts at `cwd`.
   */
  readonly argv: readonly string[];
  /** The whole environment. The keeper adds NEURAXIS_KEEPER_ID, and nothing of its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the working folder. */
  readonly cwd: string;
  /**
   * Absolute path of a regular file that is appended to, made if missing; may equal `stderr`. What
   * takes its place later is neither rotated nor cut.
   */
  readonly stdout: string;
  readonly stderr: string;
  /**
   * Bytes from 1024. A file found longer than this, once a second or sooner, is rotated; of one that is more
   * than twice as long, these last bytes alone are kept.
   */
  readonly rotateBytes: number;
  /** Old files kept (file.1 is the youngest), from 0 to 100. */
  readonly rotateCount: number;
  /** What `signal` sends if it names none; SIGTERM if not given. */
  readonly stopSignal?: NodeJS.Signals;
  /**
   * Absolute paths of at most 16 cgroups (one for v2, one a controller for v1) of this workload
   * alone: whatever else is in them is killed with it.
   */
  readonly cgroups?: readonly string[];
}

interface Numbered {
  /** From 1, rising; a gap means that the records between were forgotten. */
  readonly sequence: number;
  /** Milliseconds since 1970 by the machine's clock, which may go back. */
  readonly atMs: number;
  readonly id: string;
}

/** Which process it was: numbers of processes are used again, their starts are not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: boot and clock tick on Linux, the second elsewhere. */
  readonly startTime: string;
}

/** What happened, in the order in which it did. A client sees a record once it is on the disk. */
export type KeeperRecord =
  | (Numbered & ProcessIdentity & { readonly kind: "spawned" })
  | (Numbered & ProcessIdentity & ExitStatus & { readonly kind: "exited" })
  /** Ended while no keeper was its parent, or may never have begun (then without a process). */
  | (Numbered & Partial<ProcessIdentity> & { readonly kind: "lost" })
  /** Its other records are gone. */
  | (Numbered & { readonly kind: "forgotten" });

/** One of `code` and `signal` is null. */
export interface ExitStatus {
  /** Exit code, 0 to 255. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The kernel killed for want of memory in a cgroup of the workload; false without cgroups. */
  readonly oomKilled: boolean;
}

/** One workload of the list. */
export interface ListedWorkload extends Partial<ProcessIdentity> {
  readonly id: string;
  readonly phase: "spawning" | "running" | "ended";
  /** An earlier keeper started it: its end will be told as "lost", without a status. */
  readonly isAdopted: boolean;
}

/** Answer to `spawn`. */
export interface SpawnAnswer extends ProcessIdentity {
  readonly sequence: number;
}

/** Answer to `ping`: who the keeper is. */
export interface PingAnswer extends ProcessIdentity {
  /** Of the newest record. */
  readonly sequence: number;
}

/** The first line of a keeper, if it can serve the client; otherwise an answer says why not. */
export interface Greeting {
  readonly protocol: number;
  /** Of the keeper's process. */
  readonly pid: number;
}

/** The commands: what each takes and what it answers. */
export interface Commands {
  spawn: { takes: SpawnRequest; gives: SpawnAnswer };
  /** Sends a signal to the whole process group. */
  signal: { takes: { readonly id: string; readonly signal?: NodeJS.Signals }; gives: object };
  /** SIGKILL for the group and all that it started; for an ended one, for what it left behind. */
  kill: { takes: { readonly id: string }; gives: object };
  list: {
    takes: object;
    gives: { readonly workloads: readonly ListedWorkload[]; readonly sequence: number };
  };
  /** Drops the records of an ended workload and frees its id. */
  forget: { takes: { readonly id: string }; gives: object };
  since: {
    takes: { readonly sequence: number };
    gives: { readonly records: readonly KeeperRecord[] };
  };
  /** Sends the records after a sequence, and those to come. */
  watch: { takes: { readonly sequence: number }; gives: object };
  ping: { takes: object; gives: PingAnswer };
  /**
   * Ends the keeper: with `kill` after all workloads, for which it waits 5 s at most; otherwise
   * they run on. Tells how many do.
   */
  shutdown: { takes: { readonly kill: boolean }; gives: { readonly running: number } };
}

export type CommandName = keyof Commands;

/** A request as it was read: what the command takes, beside its name. */
export type Request = {
  [Name in CommandName]: { readonly command: Name } & Commands[Name]["takes"];
}[CommandName];

/** What a keeper answers. The number is null if the request had none that could be read. */
export type Answer = { readonly request: number | null } & Result<object, KeeperRefusal>;

interface Field {
  readonly says: string;
  readonly accepts: (value: unknown) => boolean;
  readonly isOptional?: true;
}

const id: Field = {
  says: `a string of 1 to ${ID_LENGTH_MAX} characters`,
  accepts: (value) => isText(value) && value !== "" && value.length <= ID_LENGTH_MAX,
};
const absolutePath: Field = { says: "an absolute path", accepts: isAbsolutePath };
const signalName: Field = {
  says: "the name of a signal",
  accepts: (value) => typeof value === "string" && Object.hasOwn(constants.signals, value),
  isOptional: true,
};
const sequence: Field = { says: "an integer from 0", accepts: isInteger(0) };

const FIELDS: Readonly<Record<CommandName, Readonly<Record<string, Field>>>> = {
  spawn: {
    id,
    argv: {
      says: "a list of strings, the first not empty",
      accepts: (value) => isList(value, isText) && Boolean(value[0]),
    },
    env: { says: "an object of strings", accepts: isEnvironment },
    cwd: absolutePath,
    stdout: absolutePath,
    stderr: absolutePath,
    rotateBytes: { says: "an integer from 1024", accepts: isInteger(1024) },
    rotateCount: { says: "an integer from 0 to 100", accepts: isInteger(0, 100) },
    stopSignal: signalName,
    cgroups: {
      says: "a list of at most 16 absolute paths",
      accepts: (value) => isList(value, isAbsolutePath) && value.length <= 16,
      isOptional: true,
    },
  },
  signal: { id, signal: signalName },
  kill: { id },
  list: {},
  forget: { id },
  since: { sequence },
  watch: { sequence },
  ping: {},
  shutdown: { kill: { says: "true or false", accepts: (value) => typeof value === "boolean" } },
};

export interface NumberedRequest {
  readonly number: number;
  readonly request: Request;
}

/** Why a line is no request; with the number of the request if it has one. */
export interface BadRequest {
  readonly number: number | null;
  readonly message: string;
}

/** Reads one line: `{"request": 7, "command": "kill", "id": "a"}`. Unknown fields are refused. */
export function parseRequest(line: string): Result<NumberedRequest, BadRequest> {
  const message = parseObject(line);
  if (message === undefined) return fail({ number: null, message: "not a JSON object" });
  const { request: number, command, ...rest } = message;
  if (!isRequestNumber(number)) {
    return fail({ number: null, message: "request must be an integer from 0" });
  }
  if (typeof command !== "string" || !Object.hasOwn(FIELDS, command)) {
    return fail({ number, message: `command must be one of ${Object.keys(FIELDS).join(", ")}` });
  }
  const offence = findOffence(rest, FIELDS[command as CommandName]);
  if (offence !== undefined) return fail({ number, message: `${command}: ${offence}` });
  return succeed({ number, request: { command, ...rest } as Request });
}

/** The JSON object in this text, or nothing. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function findOffence(
  values: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Field>>,
): string | undefined {
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) return `there is no field ${unknown}`;
  for (const [name, field] of Object.entries(fields)) {
    if (values[name] === undefined && field.isOptional === true) continue;
    if (!field.accepts(values[name])) return `${name} must be ${field.says}`;
  }
  return undefined;
}

function isRequestNumber(value: unknown): value is number {
  return isInteger(0)(value);
}

function isInteger(min: number, max = Number.MAX_SAFE_INTEGER): (value: unknown) => boolean {
  return (value) => Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The system ends strings at a zero byte, so none may have one. */
function isText(value: unknown): value is string {
  return typeof value === "string" && !value.includes("\0");
}

function isAbsolutePath(value: unknown): boolean {
  return isText(value) && value.startsWith("/");
}

function isList(value: unknown, accepts: (entry: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(accepts);
}

function isEnvironment(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.entries(value).every(
    ([name, text]) => isText(name) && /^[^=]+$/.test(name) && isText(text),
  );
}
