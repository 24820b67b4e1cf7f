import { requestedMilli, type ResourceRequest } from "../../model/resources.ts";
import type { Node } from "../../model/node.ts";
import { DEVICE_MILLI } from "../../model/units.ts";

/** Members of a gang that ask for the same. */
export interface GangPart {
  readonly request: ResourceRequest;
  /** Members, 1 or more. */
  readonly count: number;
}

/**
 * Nodes that a gang takes at least if these nodes were empty. Exact for a gang whose members all ask
 * for the same; a lower bound otherwise: the most that one part, or the sum of one resource, takes.
 * `undefined` if some part does not fit at all. O(parts × nodes × log nodes).
 */
export function leastNodes(parts: readonly GangPart[], nodes: readonly Node[]): number | undefined {
  let least = 1;
  for (const { request, count } of parts) {
    const need = nodesFor(
      count,
      nodes.map((node) => membersOn(request, node)),
    );
    if (need === undefined) return undefined;
    least = Math.max(least, need);
  }
  if (parts.length === 1) return least;
  const sum = (amountOf: (request: ResourceRequest) => number): number =>
    parts.reduce((total, { request, count }) => total + count * amountOf(request), 0);
  const takes = (total: number, capacityOf: (node: Node) => number): number =>
    nodesFor(total, nodes.map(capacityOf)) ?? nodes.length;
  return Math.max(
    least,
    takes(
      sum(({ cpu }) => cpu),
      ({ cpu }) => cpu,
    ),
    takes(
      sum(({ memory }) => memory),
      ({ memory }) => memory,
    ),
    takes(sum(requestedMilli), ({ devices }) => devices.length * DEVICE_MILLI),
  );
}

/** How few of these capacities hold the total: the largest first. */
function nodesFor(total: number, capacities: readonly number[]): number | undefined {
  let left = total;
  let nodes = 0;
  for (const capacity of capacities.toSorted((one, other) => other - one)) {
    if (left <= 0) return nodes;
    left -= capacity;
    nodes += 1;
  }
  return left <= 0 ? nodes : undefined;
}

/** How many members of this request the empty node holds. */
function membersOn({ cpu, memory, accelerators }: ResourceRequest, node: Node): number {
  const byCpu = cpu === 0 ? Number.POSITIVE_INFINITY : Math.floor(node.cpu / cpu);
  const byMemory = memory === 0 ? Number.POSITIVE_INFINITY : Math.floor(node.memory / memory);
  if (accelerators === undefined) return Math.min(byCpu, byMemory);
  const { count, milli, kinds, memory: deviceMemory = 0 } = accelerators;
  const [first] = node.devices;
  if (first === undefined || node.devices.length < count || first.memory < deviceMemory) return 0;
  if (kinds.length > 0 && !kinds.includes(first.kind)) return 0;
  const sharesOfDevice = Math.floor(DEVICE_MILLI / milli);
  // Each member takes `count` different devices, and a device holds so many shares.
  const byDevices = Math.floor((node.devices.length * sharesOfDevice) / count);
  return Math.min(byCpu, byMemory, byDevices);
}
