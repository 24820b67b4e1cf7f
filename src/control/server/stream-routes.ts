import { COLLECTIONS } from "../../api/collections.ts";
import { objectChange } from "../../api/object-shapes.ts";
import type { ObjectChange, ObjectKind } from "../../api/objects.ts";
import { flag, kindList, oneOf, version, wholeNumber } from "../../api/parameters.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { failure, unknownObject } from "../failures.ts";
import { WatchBehindError } from "../change-ring.ts";
import type { ApiFailure } from "../control-plane.ts";
import type { LogOwner } from "../log-files.ts";
import { type LogRequest, openLogText } from "./log-text.ts";
import { ReplacedLogError } from "./open-log.ts";
import { type Call, type Route, type ServedApi, streamRoute } from "./route.ts";
import { toWritten } from "./written-object.ts";

const MEMBERS_MAX = 1_000_000;
const LINES_MAX = 1_000_000;
const ALL_KINDS: ReadonlySet<ObjectKind> = new Set(Object.values(COLLECTIONS));

const logQuery = {
  stream: oneOf(["both", "stdout", "stderr"])
    .default("both")
    .describe("Of both, whole lines are told."),
  tail: wholeNumber(0, LINES_MAX)
    .exactOptional()
    .describe("Only so many lines of each stream before its end. Absent: all that is kept."),
  follow: flag.default(false).describe("Whether to wait for more until the process has ended."),
};
const logStream = {
  mediaType: "text/plain; charset=utf-8",
  description: "The output as it was written, also where that is no UTF-8.",
};

/** Answers that are sent bit by bit. */
export const streamRoutes: readonly Route[] = [
  streamRoute({
    method: "GET",
    path: "/v1alpha1/watch",
    id: "watch",
    summary: "Changes of objects as they come",
    query: {
      kinds: kindList.exactOptional().describe("Absent: all."),
      since: version
        .exactOptional()
        .describe("The resourceVersion of a list or of an object. Absent: from now on."),
    },
    headers: ["Last-Event-ID"],
    errors: ["version-too-old", "too-many-requests"],
    stream: {
      mediaType: "text/event-stream",
      description:
        "Server-sent events: `event` is ADDED, MODIFIED or DELETED, `id` the object's " +
        "resourceVersion, `data` an ObjectChange.",
      data: objectChange,
      heartbeat: ": \n\n",
    },
    handle: ({ plane }, { query: { kinds = ALL_KINDS, since }, lastEventId, stop }) => {
      const start = lastEventId ?? since ?? plane.list("Queue").resourceVersion;
      const changes = plane.watch(kinds, start, stop);
      return changes.ok ? succeed(toServerSentEvents(changes.value)) : changes;
    },
  }),
  streamRoute({
    method: "GET",
    path: "/v1alpha1/batchjobs/{name}/log",
    id: "logBatchJob",
    summary: "The output of one member of a job",
    query: {
      member: wholeNumber(0, MEMBERS_MAX)
        .exactOptional()
        .describe("Its number. Absent: the first of the newest attempt."),
      ...logQuery,
    },
    errors: ["unknown-object", "output-replaced", "too-many-requests"],
    stream: logStream,
    handle: (api, { query: { member, ...query }, ...call }) => {
      const which = member === undefined ? {} : { member };
      return sendLog(api, { kind: "BatchJob", name: call.name, ...which }, { ...call, query });
    },
  }),
  streamRoute({
    method: "GET",
    path: "/v1alpha1/modelservices/{name}/log",
    id: "logModelService",
    summary: "The output of one replica of a service",
    query: {
      replica: wholeNumber(0, Number.MAX_SAFE_INTEGER)
        .exactOptional()
        .describe("Its number. Absent: the youngest."),
      ...logQuery,
    },
    errors: ["unknown-object", "output-replaced", "too-many-requests"],
    stream: logStream,
    handle: (api, { query: { replica, ...query }, ...call }) => {
      const which = replica === undefined ? {} : { replica };
      return sendLog(api, { kind: "ModelService", name: call.name, ...which }, { ...call, query });
    },
  }),
];

/** A watch that fell behind ends; asked to resume, it is told that its version is too old. */
async function* toServerSentEvents(changes: AsyncIterable<ObjectChange>): AsyncGenerator<string> {
  try {
    for await (const { type, object } of changes) {
      const data = JSON.stringify({ type, object: toWritten(object) });
      yield `event: ${type}\nid: ${object.metadata.resourceVersion}\ndata: ${data}\n\n`;
    }
  } catch (error) {
    if (!(error instanceof WatchBehindError)) throw error;
  }
}

async function sendLog(
  { logs, plane, limits }: ServedApi,
  owner: LogOwner,
  { query, stop }: Call<LogRequest>,
): Promise<Result<AsyncIterable<Buffer>, ApiFailure>> {
  const { kind, name, member, replica } = owner;
  const log = logs.find(owner);
  if (log !== undefined) {
    const following = { pollMs: limits.logPollMs, stop };
    return openLogText(log, query, following).then(succeed, refuseReplaced);
  }
  if (plane.get(kind, name) === undefined) return fail(unknownObject(kind, name));
  const number = member ?? replica;
  const part = kind === "BatchJob" ? "member" : "replica";
  const whose = number === undefined ? "" : ` of a ${part} ${number}`;
  return fail(failure("unknown-object", `${kind} ${name} has no output${whose}`));
}

function refuseReplaced(error: unknown): Result<never, ApiFailure> {
  if (error instanceof ReplacedLogError) return fail(failure("output-replaced", error.message));
  throw error;
}
