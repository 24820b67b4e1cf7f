import type { Event } from "../../src/model/event.ts";
import {
  departureId,
  jobId,
  nodeId,
  queueId,
  replicaId,
  serviceId,
  workId,
} from "../../src/model/ids.ts";
import type { BatchJob } from "../../src/model/job.ts";
import { buildJob } from "../support/build-job.ts";
import { buildQueue } from "../support/build-queue.ts";
import { buildNode, buildRequest } from "../support/cluster-arbitraries.ts";
import type { Books } from "./books.ts";
import { Dice } from "./dice.ts";
import type { EventWatch } from "./event-watch.ts";

/** An event out of turn. */
interface PrankEvent {
  readonly event: Event;
  /** It is refused whatever is there: its numbers are outside their ranges. */
  readonly isInvalid?: boolean;
}

/**
 * An event that the engine did not send: late, unknown, double or invalid ones, which have to be
 * refused, and some that a user may send and that no engine has to know. `undefined` if the one drawn
 * would be accepted and would part the scheduler from the engine.
 */
export function drawPrank(pick: number, books: Books, watch: EventWatch): PrankEvent | undefined {
  const dice = new Dice(pick);
  if (dice.percent(30)) return { event: dice.of(...invalidEvents), isInvalid: true };
  const event = dice.percent(40) ? harmlessEvent(dice, books) : strayEvent(dice, books);
  if (event === undefined) return undefined;
  const { kind } = event;
  const isHarmless =
    kind === "node-removed" || kind === "queue-removed" || kind.startsWith("work-");
  return isHarmless || !watch.mayHappen(event) ? { event } : undefined;
}

/** A user removes what is empty, or runs a single piece of work. */
function harmlessEvent(dice: Dice, { logical, queues }: Books): Event | undefined {
  const nodes = [...logical.nodes.keys()].filter((id) => !id.startsWith("rescue"));
  const work = workId(`work-${dice.below(6)}`);
  switch (dice.below(8)) {
    case 0:
      if (nodes.length === 0) return undefined;
      return { kind: "node-removed", node: nodeId(dice.of(...nodes)) };
    case 1:
      if (queues.ids.length === 0) return undefined;
      return { kind: "queue-removed", queue: dice.of(...queues.ids) };
    case 2: {
      const request = buildRequest({ cpu: 500, memory: 4, count: dice.below(2), milli: 300 });
      return { kind: "work-submitted", work, request };
    }
    default:
      return { kind: "work-ended", work };
  }
}

/** About something that exists or does not, at a time at which it makes no sense. */
function strayEvent(dice: Dice, books: Books): Event | undefined {
  const lives = [...books.jobs.lives.values()];
  const life = lives[dice.below(Math.max(1, lives.length))];
  const job = life?.job.id ?? jobId("nobody");
  const attempt = (life?.attempt ?? 0) + dice.of(-1, 1, 0, 5);
  const node = [...books.logical.nodes.keys()][dice.below(12)] ?? "nowhere";
  const service = serviceId(`service-${dice.below(4)}`);
  const replica = replicaId(service, dice.below(9));
  switch (dice.below(13)) {
    case 0:
      return { kind: "job-started", job, attempt };
    case 1:
      return { kind: "job-checkpointed", job, attempt };
    case 2:
      return { kind: "job-ended", job, attempt, outcome: dice.of("succeeded", "failed", "lost") };
    case 3:
      return { kind: "departed", departure: departureId(dice.below(60)) };
    case 4:
      return { kind: "replica-ready", replica };
    case 5:
      return { kind: "replica-gone", replica };
    case 6:
      return { kind: "node-added", node: buildNode({ id: node, cpu: 1000, devices: [1000] }) };
    case 7:
      return { kind: dice.of("node-lost", "node-opened", "node-drained"), node: nodeId(node) };
    case 8:
      return { kind: "device-failed", node: nodeId(node), device: dice.of(-1, 0.5, 0, 1, 9, 2000) };
    case 9:
      return life === undefined
        ? undefined
        : { kind: "job-submitted", job: strayJob(life.job, dice) };
    case 10:
      return { kind: "service-removed", service };
    case 11:
      return { kind: "service-observed", service, requests: dice.of(...strayCounts) };
    default:
      return { kind: "job-cancelled", job };
  }
}

/** The job once more, or one of another name in a queue that cannot have it. */
function strayJob(job: BatchJob, dice: Dice): BatchJob {
  const [first, ...rest] = job.roles;
  const members = { min: 50_000, max: 50_000 };
  return dice.of(
    job,
    { ...job, id: jobId("stray"), queue: queueId("nowhere") },
    { ...job, id: jobId("stray"), roles: [{ ...first, replicas: members }, ...rest] },
  );
}

const strayCounts = [
  { arrived: 0, begun: 0, ended: 0 },
  { arrived: 9, begun: 10, ended: 9 },
  { arrived: 9, begun: 8, ended: 9 },
];
const nan = Number.NaN as never;
const below = -1 as never;
const stray = buildJob({ id: "invalid", queue: "q0" });
const oneKind = buildNode({ id: "bad", cpu: 1, devices: [1000] });
const otherKind = buildNode({ id: "bad", cpu: 1, kind: "B", devices: [1000] });
const mixedNode = { ...oneKind, devices: [...oneKind.devices, ...otherKind.devices] };
const manyKinds = Array.from({ length: 40 }, (_, index) => `kind-${index}`);

/** Whatever is there, these are refused. */
const invalidEvents: readonly Event[] = [
  { kind: "node-added", node: { ...buildNode({ id: "bad", cpu: 1, devices: [] }), cpu: nan } },
  { kind: "node-added", node: mixedNode },
  { kind: "work-submitted", work: workId("bad"), request: { ...buildRequest({}), memory: below } },
  {
    kind: "work-submitted",
    work: workId("bad"),
    request: buildRequest({ count: 1, kinds: manyKinds }),
  },
  { kind: "queue-set", queue: buildQueue({ id: "bad", weight: 0 }) },
  { kind: "queue-set", queue: buildQueue({ id: "bad", parent: "nowhere" }) },
  { kind: "queue-set", queue: buildQueue({ id: "q0", parent: "nowhere" }) },
  {
    kind: "queue-set",
    queue: buildQueue({ id: "bad", guaranteed: { cpu: 2 }, limit: { cpu: 1 } }),
  },
  { kind: "queue-removed", queue: queueId("nowhere") },
  { kind: "job-submitted", job: { ...stray, roles: [] } },
  { kind: "job-submitted", job: { ...stray, roles: [...stray.roles, ...stray.roles] } },
  { kind: "job-submitted", job: { ...stray, priority: 0.5 } },
  { kind: "job-submitted", job: { ...stray, deadlineMs: nan } },
  { kind: "job-submitted", job: { ...stray, queue: queueId("nowhere") } },
  { kind: "job-submitted", job: { ...stray, speeds: { fast: 0 } } },
  {
    kind: "job-submitted",
    job: buildJob({
      id: "bad",
      queue: "q0",
      request: buildRequest({ count: 1, kinds: manyKinds }),
    }),
  },
  { kind: "job-cancelled", job: jobId("nobody") },
  { kind: "service-removed", service: serviceId("nobody") },
  {
    kind: "service-observed",
    service: serviceId("service-0"),
    requests: { arrived: nan, begun: 0, ended: 0 },
  },
  {
    kind: "service-set",
    service: {
      id: serviceId("bad"),
      request: buildRequest({ count: 1 }),
      replicas: { min: 2, max: 1 },
      concurrency: 1,
      startMs: nan,
      scaling: { keepAliveMs: nan, headroom: 0 },
    },
  },
  { kind: "departed", departure: departureId(-1) },
];
