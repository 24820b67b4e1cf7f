import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import type { RequestTimes } from "../scenario/superpose.ts";
import type { ServicePlan } from "../scenario/scenario.ts";

/** Most requests that a service is ever given the replicas to serve at once. */
const SLOTS_MAX = 2 ** 20;

/**
 * Wait of each request, in milliseconds, when `slots` of them are served at once, first come first
 * served, from `fromMs` on: the slot that is free first serves next. This is what always-awake
 * replicas do, exactly. O(requests × log slots).
 */
export function waitsInLine(
  { arrivalMs, serveMs }: RequestTimes,
  slots: number,
  fromMs: number,
): Float64Array {
  // A binary heap of the times at which the slots are free; all equal is a heap already.
  const freeMs = new Float64Array(slots).fill(fromMs);
  return Float64Array.from(arrivalMs, (arrival, request) => {
    const start = Math.max(arrival, freeMs[0]);
    sink(freeMs, start + serveMs[request]);
    return start - arrival;
  });
}

/** Puts the value in the first one's place, and restores the heap. */
function sink(heap: Float64Array, value: number): void {
  let place = 0;
  for (;;) {
    let child = 2 * place + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && heap[child + 1] < heap[child]) child += 1;
    if (heap[child] >= value) break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = value;
}

/** Waits of a service whose replicas are all awake, from when the first has started. */
export function waitsAwake(
  { service }: ServicePlan,
  requests: RequestTimes,
  replicas: number,
): Float64Array {
  return waitsInLine(requests, replicas * service.concurrency, service.startMs);
}

/** Share of the waits that the objective allows. */
export function attainmentOf({ objective }: ServicePlan, waitMs: Float64Array): number {
  if (waitMs.length === 0) return 1;
  let within = 0;
  for (const wait of waitMs) if (wait <= objective.waitMs) within += 1;
  return within / waitMs.length;
}

/**
 * The fewest replicas, always awake, that keep the service's objective, or `undefined` if no number
 * does. More replicas never make a request wait longer, so this is a search by halving.
 * O(requests × log² replicas).
 */
export function fewestReplicas(plan: ServicePlan): number | undefined {
  const suffices = (replicas: number): boolean =>
    attainmentOf(plan, waitsAwake(plan, plan.requests, replicas)) >= plan.objective.quantile;
  const most = Math.ceil(
    Math.min(SLOTS_MAX, Math.max(plan.requests.arrivalMs.length, 1)) / plan.service.concurrency,
  );
  let high = 1;
  while (!suffices(high)) {
    if (high === most) return undefined;
    high = Math.min(2 * high, most);
  }
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (suffices(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Replicas of one request, so many of them. */
export interface ReplicaCount {
  readonly request: ResourceRequest;
  readonly count: number;
}

/**
 * Nodes of this shape that hold all replicas at once: each goes to the first node that has room.
 * Exact for one service.
 *
 * @throws RangeError if an empty node cannot hold one of them.
 */
export function nodesFor(counts: readonly ReplicaCount[], shape: Node): number {
  const nodes: Room[] = [];
  for (const { request, count } of counts) {
    // Where one did not fit, no later one of the same request does.
    let first = 0;
    for (let replica = 0; replica < count; replica += 1) {
      while (first < nodes.length && !take(nodes[first], request)) first += 1;
      if (first < nodes.length) continue;
      nodes.push(roomOf(shape));
      if (!take(nodes[first], request)) throw new RangeError("no node holds the replica");
    }
  }
  return nodes.length;
}

/** Replicas of this request that one empty node holds. */
export function replicasOnNode(request: ResourceRequest, shape: Node): number {
  const room = roomOf(shape);
  let replicas = 0;
  while (replicas < SLOTS_MAX && take(room, request)) replicas += 1;
  return replicas;
}

interface Room {
  cpu: number;
  memory: number;
  readonly milliFree: number[];
}

function roomOf({ cpu, memory, devices }: Node): Room {
  return { cpu, memory, milliFree: devices.map(({ milliFree }) => milliFree) };
}

/** Takes the room if there is enough of everything. */
function take(room: Room, { cpu, memory, accelerators }: ResourceRequest): boolean {
  const { count = 0, milli = 0 } = accelerators ?? {};
  const devices = room.milliFree.flatMap((free, device) => (free >= milli ? [device] : []));
  if (cpu > room.cpu || memory > room.memory || devices.length < count) return false;
  room.cpu -= cpu;
  room.memory -= memory;
  for (const device of devices.slice(0, count)) room.milliFree[device] -= milli;
  return true;
}
