import { type Amounts, amountsOf, RESOURCES } from "../../model/amounts.ts";
import { suggestName } from "../../model/nearest-name.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { InputErrorCode } from "../../trace/input-error.ts";
import { type Accelerators, devicesFor, isUnpackable, type NodeGroup } from "./pack-gang.ts";
import type { KeyPath } from "./scenario-text.ts";

/** What the cluster holds when it is empty. */
export interface Room {
  /** Nodes that are alike, once, with their number. */
  readonly shapes: readonly NodeGroup[];
  readonly total: Amounts;
  readonly kinds: ReadonlySet<string>;
}

/** Why something does not fit. */
export interface Misfit {
  readonly code: InputErrorCode;
  readonly problem: string;
  /** Which key of it is to blame, where one is. */
  readonly keys?: KeyPath;
}

/** So many equal members, all of which must be placed. */
export interface Member {
  /** Such as `role worker of job train`. */
  readonly who: string;
  readonly request: ResourceRequest;
  readonly count: number;
  /** MiB of its node's memory that a member holds when it is asleep or suspended. */
  readonly hostMemory?: number;
  /** Where its request stands within what is checked. */
  readonly keys: KeyPath;
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
 * Why the members can never all be placed at once, or `undefined` if nothing speaks against it: each
 * sort of members alone, the sum of all, and all sorts together as far as `isUnpackable` can tell.
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
  if (members.length === 1 || !isUnpackable(room.shapes, members)) return undefined;
  const problem = `${who} needs all members of its ${members.length} roles at once; the empty nodes hold each role, and not all together`;
  return { code: "larger-than-cluster", problem };
}

/** `2.5 GPUs` */
export function sayAmount(name: keyof Amounts, amount: number): string {
  if (name === "memory") return `${sayMemory(amount)} of memory`;
  return name === "cpu" ? `${amount / 1000} CPU cores` : sayGpus(amount / 1000);
}

/** `64Gi`: in the largest unit in which it is a whole number. */
function sayMemory(amount: number): string {
  if (amount === 0 || amount % 1024 !== 0) return `${amount}Mi`;
  return amount % 1024 ** 2 === 0 ? `${amount / 1024 ** 2}Ti` : `${amount / 1024}Gi`;
}

/** Why no node has devices of this kind, or `undefined`; `keys` is where it stands. */
export function findUnknownKind(
  room: Room,
  who: string,
  kind: string,
  keys: KeyPath,
): Misfit | undefined {
  if (room.kinds.has(kind)) return undefined;
  const list = [...room.kinds].toSorted().join(", ") || "no GPUs";
  const problem = `${who} names the device kind "${kind}", which no node has${suggestName(kind, room.kinds)}; they have ${list}`;
  return { code: "unknown-name", problem, keys };
}

function findKindMisfit(room: Room, { who, request, keys }: Member): Misfit | undefined {
  for (const [index, kind] of (request.accelerators?.kinds ?? []).entries()) {
    const misfit = findUnknownKind(room, who, kind, [...keys, "kinds", index]);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

function findNodeMisfit(room: Room, member: Member): Misfit | undefined {
  const { who, request, hostMemory = 0 } = member;
  const { cpu, memory, accelerators } = request;
  const code = "larger-than-any-node";
  const mostCpu = largest(room, (node) => node.cpu);
  if (cpu > mostCpu) {
    const problem = `${who} needs ${sayAmount("cpu", cpu)} on one node; the largest has ${sayAmount("cpu", mostCpu)}`;
    return { code, problem };
  }
  const mostMemory = largest(room, (node) => node.memory);
  if (memory > mostMemory) {
    const problem = `${who} needs ${sayAmount("memory", memory)} on one node; the largest has ${sayMemory(mostMemory)}`;
    return { code, problem };
  }
  const misfit = accelerators === undefined ? undefined : findDeviceMisfit(room, member);
  if (misfit !== undefined) return misfit;
  const holders = room.shapes.filter(({ node }) => fitsOf(node, request) > 0);
  if (holders.length === 0) {
    const devices = accelerators === undefined ? "" : ` and ${sayDevices(accelerators)}`;
    const problem = `${who} needs ${sayAmount("cpu", cpu)}, ${sayMemory(memory)}${devices} on one node; nodes have each of these, and none has all`;
    return { code, problem };
  }
  const mostHeld = Math.max(...holders.map(({ node }) => node.memory));
  if (hostMemory <= mostHeld) return undefined;
  const problem = `${who} needs ${sayAmount("memory", hostMemory)} to leave its devices and stay on its node; the largest that will do has ${sayMemory(mostHeld)}`;
  return { code, problem };
}

function findDeviceMisfit(room: Room, { who, request, keys }: Member): Misfit | undefined {
  const accelerators = request.accelerators!;
  const code = "larger-than-any-node";
  const { count, milli, memory, kinds } = accelerators;
  if (count <= largest(room, (node) => devicesFor(node, accelerators))) return undefined;
  const ofAnySize = { count, milli, kinds };
  const most = largest(room, (node) => devicesFor(node, ofAnySize));
  const needs = `${who} needs ${sayDevices(accelerators)} on one node`;
  if (memory === undefined || count > most) {
    const problem = most === 0 ? "no node has GPUs" : `the most that a node has is ${most}`;
    return { code, problem: `${needs}; ${problem}` };
  }
  const mostMemory = largest(room, (node) => {
    return devicesFor(node, ofAnySize) < count ? 0 : node.devices[0].memory;
  });
  const problem = `${needs}; the largest that nodes have so many of have ${sayMemory(mostMemory)}`;
  return { code, problem, keys: [...keys, "gpuMemory"] };
}

function largest(room: Room, of: (node: Node) => number): number {
  return room.shapes.reduce((most, { node }) => Math.max(most, of(node)), 0);
}

function sayDevices({ count, milli, memory, kinds }: Accelerators): string {
  const number = count === 1 && milli < DEVICE_MILLI ? milli / DEVICE_MILLI : count;
  const kind = kinds.length === 0 ? "" : ` of ${kinds.join(" or ")}`;
  const size = memory === undefined ? "" : ` with ${sayMemory(memory)}`;
  return `${sayGpus(number)}${kind}${size}`;
}

function sayGpus(number: number): string {
  return `${number} GPU${number === 1 ? "" : "s"}`;
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
