import { type Amounts, amountsOf, RESOURCES } from "../../model/amounts.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { InputErrorCode } from "../../trace/input-error.ts";
import { suggestName } from "./nearest-name.ts";

/** What the cluster holds when it is empty. */
export interface Room {
  /** Nodes that are alike, once, with their number. */
  readonly shapes: readonly { readonly node: Node; readonly count: number }[];
  readonly total: Amounts;
  readonly kinds: ReadonlySet<string>;
}

/** Why something does not fit, without its place. */
export interface Misfit {
  readonly code: InputErrorCode;
  readonly problem: string;
}

/** So many equal members, all of which must be placed. */
export interface Member {
  /** Such as `role worker of job train`. */
  readonly who: string;
  readonly request: ResourceRequest;
  readonly count: number;
  /** Host memory that a member takes when it is asleep or suspended. */
  readonly hostMemory?: number;
}

export function measureRoom(nodes: readonly Node[]): Room {
  const shapes = new Map<string, { readonly node: Node; count: number }>();
  const total = { cpu: 0, memory: 0, gpuMilli: 0 };
  for (const node of nodes) {
    total.cpu += node.cpu;
    total.memory += node.memory;
    total.gpuMilli += node.devices.length * DEVICE_MILLI;
    const key = shapeKey(node);
    const known = shapes.get(key);
    if (known === undefined) shapes.set(key, { node, count: 1 });
    else known.count += 1;
  }
  const kinds = new Set(nodes.flatMap(({ devices }) => devices.map(({ kind }) => kind)));
  return { shapes: [...shapes.values()], total, kinds };
}

/**
 * Why the members can never all be placed at once, or `undefined` if nothing speaks against it. A
 * bound, not a packing: each sort of members alone, and the sum of all. O(members × shapes).
 */
export function findMisfit(
  room: Room,
  who: string,
  members: readonly Member[],
): Misfit | undefined {
  for (const member of members) {
    const misfit = findKindMisfit(room, member) ?? findNodeMisfit(room, member);
    if (misfit !== undefined) return misfit;
  }
  for (const { who: role, request, count } of members) {
    const most = room.shapes.reduce((sum, shape) => {
      return sum + shape.count * fitsOf(shape.node, request);
    }, 0);
    if (count > most) {
      const problem = `${role} has ${count} members to be placed at once; the empty cluster holds ${most}`;
      return { code: "larger-than-cluster", problem };
    }
  }
  for (const name of RESOURCES) {
    const need = members.reduce((sum, { request, count }) => {
      return sum + amountsOf(request)[name] * count;
    }, 0);
    if (need > room.total[name]) {
      const problem = `${who} needs ${sayAmount(name, need)} at once; the cluster has ${sayAmount(name, room.total[name])}`;
      return { code: "larger-than-cluster", problem };
    }
  }
  return undefined;
}

/** `2.5 GPUs` */
export function sayAmount(name: keyof Amounts, amount: number): string {
  if (name === "memory") return `${amount} MiB of memory`;
  return `${amount / 1000} ${name === "cpu" ? "CPU cores" : "GPUs"}`;
}

/** Why no node has devices of this kind, or `undefined`. */
export function findUnknownKind(room: Room, who: string, kind: string): Misfit | undefined {
  if (room.kinds.has(kind)) return undefined;
  const list = [...room.kinds].toSorted().join(", ") || "no GPUs";
  const problem = `${who} names the device kind "${kind}", which no node has${suggestName(kind, room.kinds)}; they have ${list}`;
  return { code: "unknown-name", problem };
}

function findKindMisfit(room: Room, { who, request }: Member): Misfit | undefined {
  for (const kind of request.accelerators?.kinds ?? []) {
    const misfit = findUnknownKind(room, who, kind);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function findNodeMisfit(room: Room, { who, request, hostMemory = 0 }: Member): Misfit | undefined {
  const { cpu, memory, accelerators } = request;
  const largest = (of: (node: Node) => number): number =>
    room.shapes.reduce((most, { node }) => Math.max(most, of(node)), 0);
  const mostCpu = largest((node) => node.cpu);
  const mostMemory = largest((node) => node.memory);
  const code = "larger-than-any-node";
  if (cpu > mostCpu) {
    const problem = `${who} needs ${sayAmount("cpu", cpu)} on one node; the largest has ${sayAmount("cpu", mostCpu)}`;
    return { code, problem };
  }
  if (memory > mostMemory) {
    return {
      code,
      problem: `${who} needs ${memory} MiB on one node; the largest has ${mostMemory} MiB`,
    };
  }
  if (accelerators !== undefined) {
    const mostDevices = largest((node) => devicesFor(node, accelerators));
    if (accelerators.count > mostDevices) {
      const problem = `${who} needs ${sayDevices(accelerators)} on one node; the most that a node has is ${mostDevices}`;
      return { code, problem };
    }
  }
  if (hostMemory > mostMemory) {
    const problem = `${who} needs ${hostMemory} MiB of host memory to leave its devices; the largest node has ${mostMemory} MiB`;
    return { code, problem };
  }
  if (room.shapes.some(({ node }) => fitsOf(node, request) > 0)) return undefined;
  const devices = accelerators === undefined ? "" : ` and ${sayDevices(accelerators)}`;
  const problem = `${who} needs ${sayAmount("cpu", cpu)}, ${memory} MiB${devices} on one node; nodes have each of these, and none has all`;
  return { code, problem };
}

type Accelerators = NonNullable<ResourceRequest["accelerators"]>;

function sayDevices({ count, memory, kinds }: Accelerators): string {
  const kind = kinds.length === 0 ? "" : ` of ${kinds.join(" or ")}`;
  const size = memory === undefined ? "" : ` with ${memory} MiB`;
  return `${count} GPUs${kind}${size}`;
}

function devicesFor(node: Node, { memory = 0 as never, kinds }: Accelerators): number {
  const [device] = node.devices;
  if (device === undefined || device.memory < memory) return 0;
  return kinds.length === 0 || kinds.includes(device.kind) ? node.devices.length : 0;
}

/** Most pieces of work of this request that the empty node could hold. */
function fitsOf(node: Node, request: ResourceRequest): number {
  const byCpu = request.cpu === 0 ? Infinity : Math.floor(node.cpu / request.cpu);
  const byMemory = request.memory === 0 ? Infinity : Math.floor(node.memory / request.memory);
  const { accelerators } = request;
  if (accelerators === undefined) return Math.min(byCpu, byMemory);
  const devices = devicesFor(node, accelerators);
  if (devices < accelerators.count) return 0;
  const shares = devices * Math.floor(DEVICE_MILLI / accelerators.milli);
  return Math.min(byCpu, byMemory, Math.floor(shares / accelerators.count));
}

function shapeKey({ cpu, memory, devices }: Node): string {
  return JSON.stringify([cpu, memory, devices.length, devices[0]?.kind, devices[0]?.memory]);
}
