import { checkService } from "../../decide/services/check-service.ts";
import { serviceId } from "../../model/ids.ts";
import type { ModelService, Scaling, Sleeping } from "../../model/service.ts";
import { readImageRequests } from "../../trace/image-requests.ts";
import { readLlmRequests } from "../../trace/llm-requests.ts";
import { buildRequest } from "./build-request.ts";
import { generateRequests, PUBLISHED_REQUESTS } from "./generate-requests.ts";
import { findMisfit, type Misfit, type Room } from "./room.ts";
import type { ServicePlan } from "./scenario.ts";
import type { RequestsShape, ServiceShape } from "./scenario-shape.ts";
import type { KeyPath } from "./scenario-text.ts";
import { type RequestTimes, superpose } from "./superpose.ts";
import { type Draft, locateTrace, noteIgnored } from "./trace-source.ts";

/** Most requests of one service, copies and all. */
const REQUESTS_MAX = 100_000_000;

/**
 * The services with their requests, in the scenario's order.
 *
 * @throws InputError for a service that stands twice, or whose replicas the empty cluster cannot
 * hold.
 */
export async function buildServices(
  draft: Draft,
  shapes: readonly ServiceShape[],
  room: Room,
): Promise<ServicePlan[]> {
  const names = new Set<string>();
  const plans: ServicePlan[] = [];
  for (const [index, shape] of shapes.entries()) {
    const keys = ["services", index];
    if (names.has(shape.name)) {
      throw draft.text.refuse("duplicate-name", keys, `service ${shape.name} stands twice`);
    }
    names.add(shape.name);
    const service = toService(shape);
    const invalid = checkService(service);
    if (invalid !== undefined) throw draft.text.refuse("invalid-setting", keys, invalid.message);
    const misfit = findServiceMisfit(service, room);
    if (misfit !== undefined) {
      const within = misfit.keys ?? [];
      throw draft.text.refuse(misfit.code, [...keys, ...within], misfit.problem);
    }
    const times = await readRequests(draft, shape.requests, [...keys, "requests"], index);
    const { objective, cpuUse } = shape;
    const { wait, quantile } = objective;
    plans.push({
      service,
      objective: { waitMs: wait, quantile },
      requests: { service: service.id, ...times, ...(cpuUse === undefined ? {} : { cpuUse }) },
    });
  }
  return plans;
}

function toService(shape: ServiceShape): ModelService {
  const { name, replicas, concurrency, start, sleep } = shape;
  return {
    id: serviceId(name),
    request: buildRequest(shape),
    replicas,
    concurrency,
    startMs: start,
    scaling: toScaling(shape),
    ...(sleep === undefined ? {} : { sleep: toSleeping(sleep, replicas.max) }),
  };
}

function toScaling({ scaling, objective }: ServiceShape): Scaling {
  const { keepAlive, headroom, missed } = scaling;
  return {
    keepAliveMs: keepAlive,
    headroom,
    ...(missed === undefined ? {} : { objective: { waitMs: objective.wait, missedMax: missed } }),
  };
}

function toSleeping(shape: NonNullable<ServiceShape["sleep"]>, replicasMax: number): Sleeping {
  const { hostMemory, sleep, wake, standby } = shape;
  return {
    hostMemory,
    sleepMs: sleep,
    wakeMs: wake,
    standby: standby === "all" ? replicasMax : standby,
  };
}

/** Even a service that may have no replica needs a node for its first. */
function findServiceMisfit(
  { id, request, replicas, sleep }: ModelService,
  room: Room,
): Misfit | undefined {
  const who = `service ${id}`;
  const member = {
    who: `a replica of ${who}`,
    keys: [],
    request,
    count: Math.max(replicas.min, 1),
    ...(sleep === undefined ? {} : { hostMemory: sleep.hostMemory }),
  };
  return findMisfit(room, who, [member]);
}

async function readRequests(
  draft: Draft,
  shape: RequestsShape,
  keys: KeyPath,
  index: number,
): Promise<RequestTimes> {
  const once = await readOnce(draft, shape, keys, index);
  const count = once.arrivalMs.length * shape.copies;
  if (count > REQUESTS_MAX) {
    const problem = `makes ${count} requests; at most ${REQUESTS_MAX} can be`;
    throw draft.text.refuse("too-large", [...keys, "copies"], problem);
  }
  return superpose(once, shape.copies);
}

async function readOnce(
  draft: Draft,
  shape: RequestsShape,
  keys: KeyPath,
  index: number,
): Promise<RequestTimes> {
  const seed = draft.seed + index;
  if ("generated" in shape) {
    const { requests, over } = shape.generated;
    draft.notes.push(`services: ${requests} requests are generated.`);
    return generateRequests({ count: requests, overMs: over, seed });
  }
  if ("imageRequests" in shape) {
    const file = locateTrace(draft, shape.imageRequests, [...keys, "imageRequests"]);
    if (file === undefined) return generateRequests({ ...PUBLISHED_REQUESTS, seed });
    const { arrivalMs, serveMs, unserved } = await readImageRequests(file, noteIgnored(draft));
    if (unserved > 0) {
      draft.notes.push(`${file}: ${unserved} requests were never executed; they are left out.`);
    }
    return { arrivalMs, serveMs };
  }
  const file = locateTrace(draft, shape.llmRequests, [...keys, "llmRequests"])!;
  const { arrivalMs, contextTokens, generatedTokens } = await readLlmRequests(
    file,
    noteIgnored(draft),
  );
  const { contextPerSecond, generatedPerSecond } = shape;
  const serveMs = Float64Array.from(contextTokens, (tokens, request) => {
    return (
      (tokens / contextPerSecond) * 1000 + (generatedTokens[request] / generatedPerSecond) * 1000
    );
  });
  return { arrivalMs, serveMs };
}
