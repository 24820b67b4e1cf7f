import { type JobId, jobId, nodeId, queueId, serviceId } from "../../src/model/ids.ts";
import type { BatchJob } from "../../src/model/job.ts";
import type { Node } from "../../src/model/node.ts";
import type { Queue } from "../../src/model/queue.ts";
import type { Random } from "../../src/model/random.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import type { ModelService } from "../../src/model/service.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../src/model/units.ts";
import { generatePods } from "../../src/simulate/generated-fill.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** How much faster than 1 each kind of the generated clusters is. */
const SPEEDS = { G3: 4, V100M32: 2, V100M16: 2, G2: 1.5 };

/** Two halves of a company, one of four teams and one of three, and a guest that lives on leftovers. */
export function mixedQueues(nodes: readonly Node[]): Queue[] {
  const sum = (of: (node: Node) => number) => nodes.reduce((total, node) => total + of(node), 0);
  const cpu = sum((node) => node.cpu);
  const memory = sum((node) => node.memory);
  const gpuMilli = sum(({ devices }) => devices.length * 1000);
  const part = (percent: number) => ({
    cpu: Math.floor((cpu * percent) / 100),
    memory: Math.floor((memory * percent) / 100),
    gpuMilli: Math.floor((gpuMilli * percent) / 100),
  });
  const queue = (id: string, parent: string, weight: number, more: Partial<Queue>): Queue => ({
    id: queueId(id),
    ...(parent === "" ? {} : { parent: queueId(parent) }),
    weight,
    guaranteed: {},
    limit: {},
    borrows: true,
    ...more,
  });
  return [
    queue("research", "", 3, { guaranteed: part(40) }),
    queue("product", "", 2, { guaranteed: part(30) }),
    queue("guest", "", 1, { limit: part(20) }),
    queue("vision", "research", 1, { guaranteed: part(10) }),
    queue("speech", "research", 1, { guaranteed: part(10) }),
    queue("language", "research", 4, { limit: part(50) }),
    queue("theory", "research", 1, {}),
    queue("ranking", "product", 2, { guaranteed: part(10) }),
    queue("search", "product", 1, { guaranteed: part(5), borrows: false }),
    queue("nightly", "product", 1, {}),
  ];
}

/** Leaves, and how often each is drawn; those that may take all there is come first. */
const LEAVES = [
  [25, "language"],
  [14, "ranking"],
  [12, "vision"],
  [12, "speech"],
  [12, "theory"],
  [10, "nightly"],
  [8, "guest"],
  [2, "search"],
] as const;
/** How often each priority is drawn. */
const PRIORITIES = [
  [94, 0],
  [5, 1],
  [1, 2],
] as const;
/** Jobs after which another of the first leaves has more than its part. */
const PHASE_JOBS = 4000;

/** Requests of single jobs: shares, whole devices and none, drawn like published ones. */
export function mixedRequests(seed: number): readonly ResourceRequest[] {
  const pods = generatePods(20_000, seed);
  return Array.from(pods.podClass, (id) => pods.classes[id].request);
}

/**
 * Job `index` of an endless stream: 88 % single ones, 4 % elastic, 5 % gangs of 2 to 16 members over
 * nodes, 3 % of several whole devices on a node; three priorities; some save on request, some can be
 * suspended in place, some have a minimum runtime, some prefer fast kinds. The mix of queues moves.
 */
export function mixedJob(
  index: number,
  requests: readonly ResourceRequest[],
  random: Random,
): BatchJob {
  const favourite = LEAVES[Math.floor(index / PHASE_JOBS) % 6];
  const [, leaf] = random.below(10) === 0 ? favourite : draw(LEAVES, random);
  const kind = random.below(100);
  const [, priority] = draw(PRIORITIES, random);
  const { request, min, max } = shapeOf(kind, requests[random.below(requests.length)], random);
  const host = random.below(3);
  return {
    id: jobId(`job-${index}`),
    queue: queueId(leaf),
    priority,
    roles: [{ name: "worker", request, replicas: { min, max } }],
    minimumRuntimeMs: milliseconds(random.below(4) === 0 ? 10 * MINUTE : 0),
    retries: { max: 2, backoffMs: milliseconds(30 * SECOND) },
    ...(random.below(2) === 0 ? { checkpoint: CHECKPOINT } : {}),
    ...(host === 0 ? { suspension: SUSPENSION } : {}),
    ...(random.below(10) === 0 ? { speeds: SPEEDS } : {}),
  };
}

const CHECKPOINT = {
  everyMs: milliseconds(10 * MINUTE),
  saveMs: milliseconds(20 * SECOND),
  restartMs: milliseconds(MINUTE),
  onRequest: true,
};
const SUSPENSION = {
  hostMemory: mib(16 * 1024),
  suspendMs: milliseconds(2 * SECOND),
  resumeMs: milliseconds(3 * SECOND),
};

function shapeOf(kind: number, single: ResourceRequest, random: Random) {
  if (kind < 88) return { request: single, min: 1, max: 1 };
  if (kind < 92) return { request: devices(1), min: 1, max: 4 };
  if (kind < 97) {
    const min = [2, 4, 8, 16][random.below(4)];
    return { request: devices(1), min, max: min };
  }
  return { request: devices([2, 4, 8][random.below(3)]), min: 1, max: 1 };
}

/** So many whole devices of one node, of any kind. */
function devices(count: number): ResourceRequest {
  return {
    cpu: milliCpu(8000 * count),
    memory: mib(24 * 1024 * count),
    accelerators: { count, milli: gpuMilli(1000), kinds: [] },
  };
}

/** `count` services of one device a replica; every other one sleeps when it is not needed. */
export function mixedServices(count: number): ModelService[] {
  return Array.from({ length: count }, (_, index) => ({
    id: serviceId(`service-${index}`),
    request: devices(1),
    replicas: { min: 1, max: 40 },
    concurrency: 4,
    startMs: milliseconds(MINUTE),
    ...(index % 2 === 0 ? { sleep: SLEEP } : {}),
    scaling: { keepAliveMs: milliseconds(MINUTE), headroom: 1 },
  }));
}

const SLEEP = {
  hostMemory: mib(16 * 1024),
  sleepMs: milliseconds(SECOND),
  wakeMs: milliseconds(3 * SECOND),
  standby: 2,
};

/** `count` nodes with `devices` devices of one kind. */
export function equalNodes(count: number, each: number): Node[] {
  return Array.from({ length: count }, (_, index) => ({
    id: nodeId(`node-${String(index).padStart(6, "0")}`),
    cpu: milliCpu(128_000),
    memory: mib(1024 * 1024),
    devices: Array.from({ length: each }, () => ({
      kind: "A100",
      memory: mib(80 * 1024),
      milliFree: gpuMilli(1000),
    })),
  }));
}

/** A gang of so many members of one device each. */
export function plainGang(id: string, queue: string, members: number): BatchJob {
  return {
    id: jobId(id) satisfies JobId,
    queue: queueId(queue),
    priority: 0,
    roles: [{ name: "worker", request: devices(1), replicas: { min: members, max: members } }],
    minimumRuntimeMs: milliseconds(0),
    retries: { max: 0, backoffMs: milliseconds(0) },
    checkpoint: CHECKPOINT,
  };
}

function draw<Row extends readonly [number, ...unknown[]]>(
  rows: readonly Row[],
  random: Random,
): Row {
  let left = random.below(rows.reduce((sum, [weight]) => sum + weight, 0));
  return rows.find(([weight]) => (left -= weight) < 0)!;
}
