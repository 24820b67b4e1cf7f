import type { NodeId, WorkId } from "../../src/model/ids.ts";
import type { Node } from "../../src/model/node.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";

/** A node with what is free on it, kept as plainly as can be. */
export interface NaiveNode {
  readonly node: Node;
  cpuFree: number;
  memoryFree: number;
  readonly milliFree: number[];
  /** Sorts of work ever placed (rule P12): 0 for shares, else the number of devices. */
  readonly sorts: Set<number>;
  readonly works: Map<WorkId, { request: ResourceRequest; devices: readonly number[] }>;
}

interface Room {
  readonly kind: string | undefined;
  readonly cpu: number;
  readonly memory: number;
  readonly devices: readonly number[];
}

/** Books kept beside the scheduler: who holds what on which node, from events and actions alone. */
export class NaiveCluster {
  readonly nodes = new Map<NodeId, NaiveNode>();

  add(node: Node): void {
    this.nodes.set(node.id, {
      node,
      cpuFree: node.cpu,
      memoryFree: node.memory,
      milliFree: node.devices.map((device) => device.milliFree),
      sorts: new Set(),
      works: new Map(),
    });
  }

  remove(id: NodeId): void {
    this.nodes.delete(id);
  }

  /** @throws Error if the place is none: rules P1 and S3, checked on the books. */
  take(
    place: { work: WorkId; node: NodeId; devices: readonly number[] },
    request: ResourceRequest,
  ) {
    const naive = this.nodes.get(place.node);
    if (naive === undefined) throw new Error(`${place.work} on ${place.node}, which is not there`);
    checkDevices(place.devices, naive, request);
    naive.cpuFree -= request.cpu;
    naive.memoryFree -= request.memory;
    const { milli = 0, count = 0 } = request.accelerators ?? {};
    for (const device of place.devices) naive.milliFree[device] -= milli;
    if (count > 0) naive.sorts.add(count === 1 && milli < 1000 ? 0 : count);
    naive.works.set(place.work, { request, devices: place.devices });
    if (Math.min(naive.cpuFree, naive.memoryFree, ...naive.milliFree) < 0) {
      throw new Error(`node ${place.node} is over capacity: ${JSON.stringify(naive)}`);
    }
  }

  release(work: WorkId): void {
    for (const naive of this.nodes.values()) {
      const held = naive.works.get(work);
      if (held === undefined) continue;
      naive.works.delete(work);
      naive.cpuFree += held.request.cpu;
      naive.memoryFree += held.request.memory;
      for (const device of held.devices) {
        naive.milliFree[device] += held.request.accelerators?.milli ?? 0;
      }
    }
  }

  /** Rule P1, on what is free. */
  fitting(request: ResourceRequest): NaiveNode[] {
    return [...this.nodes.values()].filter((naive) => fitsNow(naive, request));
  }

  /** Rule P1, on what the nodes had when they were added. */
  fitsEmpty(request: ResourceRequest): boolean {
    return [...this.nodes.values()].some(({ node }) =>
      hasRoom(
        {
          kind: node.devices[0]?.kind,
          cpu: node.cpu,
          memory: node.memory,
          devices: node.devices.map((device) => device.milliFree),
        },
        request,
      ),
    );
  }
}

function fitsNow(naive: NaiveNode, request: ResourceRequest): boolean {
  return hasRoom(
    {
      kind: naive.node.devices[0]?.kind,
      cpu: naive.cpuFree,
      memory: naive.memoryFree,
      devices: naive.milliFree,
    },
    request,
  );
}

function hasRoom(room: Room, request: ResourceRequest): boolean {
  if (room.cpu < request.cpu || room.memory < request.memory) return false;
  const wanted = request.accelerators;
  if (wanted === undefined) return true;
  const isKind = wanted.kinds.length === 0 || wanted.kinds.some((kind) => kind === room.kind);
  return isKind && room.devices.filter((free) => free >= wanted.milli).length >= wanted.count;
}

function checkDevices(devices: readonly number[], naive: NaiveNode, request: ResourceRequest) {
  const wanted = request.accelerators;
  const isAscending = devices.every((device, index) => index === 0 || devices[index - 1] < device);
  if (devices.length !== (wanted?.count ?? 0) || !isAscending) {
    throw new Error(`devices ${devices.join()} for ${JSON.stringify(request)}`);
  }
  for (const device of devices) {
    const held = naive.node.devices[device];
    if (held === undefined) throw new Error(`${naive.node.id} has no device ${device}`);
    if (wanted!.kinds.length > 0 && !wanted!.kinds.includes(held.kind)) {
      throw new Error(`${naive.node.id} has kind ${held.kind}, not ${wanted!.kinds.join()}`);
    }
  }
}
