import { ID_LENGTH_MAX } from "../../../model/ids.ts";
import { fail, succeed, type Result } from "../../../model/result.ts";
import { LOCAL_REPLICAS_MAX } from "../../../model/service.ts";
import { parseObject } from "../keeper/protocol.ts";

/**
 * What a door and the engine say to each other: lines of JSON over a Unix socket. The door begins
 * with a greeting. The engine sends the whole table whenever it changes; the door sends the whole
 * observation whenever it changes, so a message that is lost is made good by the next.
 */

/** Goes up when a door and an engine of different numbers would misunderstand each other. */
export const DOOR_PROTOCOL = 1;

/** The socket in a door's folder. */
export const DOOR_SOCKET = "door.sock";

/** Longest line in bytes, either way, without its end. A longer one ends the connection. */
export const DOOR_LINE_BYTES_MAX = 2 ** 24;

/** Services in a table: more than a control plane keeps. */
const SERVICES_MAX = 100_000;

/** Every code of an error that a door answers with, its HTTP status, its meaning and its cure. */
export const DOOR_ERRORS = {
  "bad-request": {
    status: 400,
    meaning: "The request has two Host headers.",
    cure: "Send one.",
  },
  "wrong-host": {
    status: 421,
    meaning: "The Host header names something else than this door.",
    cure: "Ask by the address on which it listens; `neuraxis up --door` names others.",
  },
  "unknown-path": {
    status: 404,
    meaning: "The door has no such path.",
    cure: "Ask for /services/NAME/PATH, or /healthz.",
  },
  "unknown-service": {
    status: 404,
    meaning: "No service of this name is served here, or it was removed while the request waited.",
    cure: "List the services; apply the one that is missing.",
  },
  "body-too-slow": {
    status: 408,
    meaning: "The body came more slowly than a replica is held for.",
    cure: "Repeat it over a better connection.",
  },
  "line-full": {
    status: 429,
    meaning: "As many requests wait for the service as may.",
    cure: "Repeat later, or raise the service's replicas.",
  },
  "waited-too-long": {
    status: 503,
    meaning: "No replica had room for the request within the time that it may wait.",
    cure: "Repeat later; the service's status says what its replicas wait for.",
  },
  "replica-lost": {
    status: 502,
    meaning: "The replica ended under the request, which could not be given to another one.",
    cure: "Repeat it, if it does no harm twice; the replica's log says why it ended.",
  },
  "bad-answer": {
    status: 502,
    meaning: "What the replica answered is no HTTP that can be passed on.",
    cure: "Mend the replica's server.",
  },
  "shutting-down": {
    status: 503,
    meaning: "The door is about to end.",
    cure: "Repeat later.",
  },
} as const;

export type DoorErrorCode = keyof typeof DOOR_ERRORS;

/** Body of every answer that is the door's own and not 2xx. */
export interface DoorErrorBody {
  readonly error: {
    readonly code: DoorErrorCode;
    readonly message: string;
    readonly cure: string;
  };
}

/** Where requests may go. */
export interface DoorTable {
  /** No two of one name. */
  readonly services: readonly DoorService[];
}

/** One service, reached below `/services/NAME/`. */
export interface DoorService {
  readonly name: string;
  /** Requests that one replica serves at once, 1 or more. */
  readonly concurrency: number;
  /** No two of one id. Among equally busy ones the first is taken. */
  readonly replicas: readonly DoorReplica[];
}

/** One replica, which speaks HTTP/1.1 on 127.0.0.1. */
export interface DoorReplica {
  readonly id: string;
  readonly port: number;
  /** False: it finishes the requests that it has begun and takes no new ones. */
  readonly isOpen: boolean;
}

/** A table as it is sent. */
export interface TableMessage extends DoorTable {
  /** The sender's own count of its tables, from 1. */
  readonly revision: number;
}

/** The first line of a door. */
export interface DoorGreeting {
  readonly protocol: number;
  readonly incarnation: string;
  /** Where it serves HTTP. */
  readonly port: number;
}

/** What a door has seen until now. */
export interface DoorObservation {
  /** Another one, other counts: they begin at 0 with each process. */
  readonly incarnation: string;
  /** Of the newest table of this connection that the door goes by; 0 before the first. */
  readonly revision: number;
  /** Those of the table, and removed ones that still have requests in a replica. */
  readonly services: readonly ServiceObservation[];
}

/** Requests of one service since the door began: 0 <= ended <= begun <= arrived. */
export interface ServiceObservation {
  readonly name: string;
  readonly arrived: number;
  /** Given to a replica, or given up while they waited. Falls by those taken back from one. */
  readonly begun: number;
  readonly ended: number;
  /** Turned away because the line was full; not among those that arrived. */
  readonly refused: number;
  /** Those of the table, and removed ones with requests in them. */
  readonly replicas: readonly ReplicaObservation[];
}

export interface ReplicaObservation {
  readonly id: string;
  /** Requests in it. A closed one with none is drained. */
  readonly inside: number;
}

/** Any line of a door. */
export type DoorMessage =
  | { readonly greeting: DoorGreeting }
  | { readonly observation: DoorObservation }
  /** The last line: the door takes nothing more from this connection. */
  | { readonly refusal: DoorRefusal };

export interface DoorRefusal {
  /** superseded: a newer connection steers the door. malformed: the line was no table. */
  readonly code: "superseded" | "malformed";
  readonly message: string;
}

/** Reads a table; the reason says which part is wrong. O(replicas). */
export function parseTable(value: unknown): Result<DoorTable, string> {
  const services = isObject(value) ? value["services"] : undefined;
  if (!isList(services, SERVICES_MAX)) {
    return fail(`services must be a list of at most ${SERVICES_MAX}`);
  }
  for (const [index, service] of services.entries()) {
    const offence = findOffence(service);
    if (offence !== undefined) return fail(`services[${index}]: ${offence}`);
  }
  const table = { services } as unknown as DoorTable;
  if (hasDouble(table.services.map(({ name }) => name))) return fail("two services of one name");
  return succeed(table);
}

/** Reads a line of an engine. */
export function parseTableMessage(line: string): Result<TableMessage, string> {
  const value = parseObject(line);
  const table = parseTable(value);
  if (!table.ok) return table;
  const revision = value?.["revision"];
  if (!isInteger(revision, 1)) return fail("revision must be an integer from 1");
  return succeed({ ...table.value, revision });
}

function findOffence(service: unknown): string | undefined {
  if (!isObject(service)) return "must be an object";
  const { name, concurrency, replicas } = service;
  if (!isName(name)) return `name must be a string of 1 to ${ID_LENGTH_MAX} characters`;
  if (!isInteger(concurrency, 1)) return "concurrency must be an integer from 1";
  if (!isList(replicas, LOCAL_REPLICAS_MAX))
    return `replicas must be a list of at most ${LOCAL_REPLICAS_MAX}`;
  for (const replica of replicas) {
    if (!isObject(replica) || !isName(replica["id"])) return "a replica must have an id";
    const { id, port, isOpen } = replica;
    if (!isInteger(port, 1) || port > 65_535) return `${id}: port must be from 1 to 65535`;
    if (typeof isOpen !== "boolean") return `${id}: isOpen must be true or false`;
  }
  const ids = replicas.map((replica) => (replica as DoorReplica).id);
  return hasDouble(ids) ? "two replicas of one id" : undefined;
}

function hasDouble(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function isList(value: unknown, lengthMax: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= lengthMax;
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= ID_LENGTH_MAX;
}

function isInteger(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && Number(value) >= min;
}
