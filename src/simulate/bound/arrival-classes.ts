import { requestedMilli, type ResourceRequest } from "../../model/resources.ts";
import type { FillInput } from "../fill-input.ts";

/** Requests that are equal in everything, with the moments at which they arrive. */
export interface ArrivalClass {
  readonly request: ResourceRequest;
  /** Indices into the course, ascending. */
  readonly arrivals: Int32Array;
}

/** The distinct requests among the first `length` arrivals, in order of first arrival. */
export function arrivalClasses(
  { pods }: FillInput,
  arrivals: Int32Array,
  length: number,
): ArrivalClass[] {
  const byClass = new Map<number, number[]>();
  for (let index = 0; index < length; index += 1) {
    const podClass = pods.podClass[arrivals[index]];
    const known = byClass.get(podClass);
    if (known === undefined) byClass.set(podClass, [index]);
    else known.push(index);
  }
  return [...byClass].map(([podClass, indices]) => ({
    request: pods.classes[podClass].request,
    arrivals: Int32Array.from(indices),
  }));
}

/** Arrivals of the class whose index is below `time`. O(log arrivals). */
export function countBefore({ arrivals }: ArrivalClass, time: number): number {
  let low = 0;
  let high = arrivals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (arrivals[middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether every node, in every state, that has room for `left` has room for `right` (rule P1). */
export function isAsHard(left: ResourceRequest, right: ResourceRequest): boolean {
  if (left.cpu < right.cpu || left.memory < right.memory) return false;
  const wanted = right.accelerators;
  if (wanted === undefined) return true;
  const held = left.accelerators;
  if (held === undefined || held.count < wanted.count || held.milli < wanted.milli) return false;
  if (wanted.kinds.length === 0) return true;
  return held.kinds.length > 0 && held.kinds.every((kind) => wanted.kinds.includes(kind));
}

/** Milli-CPU that weigh as much as one GPU milli where work without devices is weighed. */
const CPU_PER_GPU_MILLI = 12;

/** What one piece of work of the class matters to the search, in GPU milli; only a heuristic. */
export function weightOf({ request }: ArrivalClass): number {
  return request.accelerators === undefined
    ? request.cpu / CPU_PER_GPU_MILLI
    : requestedMilli(request);
}
