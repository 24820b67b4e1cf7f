import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { CpuLoad } from "./cpu-load.ts";

/** What something physically holds on one node. */
export interface Hold {
  readonly node: PhysicalNode;
  /** Milli-CPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly devices: readonly number[];
  /** Milli on each of the devices. */
  readonly milli: number;
}

/** A machine with what is physically free on it at this moment. */
export class PhysicalNode {
  readonly id: NodeId;
  /** Kind of its devices; "" without any. */
  readonly kind: string;
  /** Given iff the node is overcommitted. */
  readonly cpuLoad: CpuLoad | undefined;
  /** Of what may be asked for: on an overcommitted node, of more than it has. */
  #cpuFree: number;
  #memoryFree: number;
  readonly #milliFree: number[];
  readonly #failed = new Set<number>();

  constructor({ id, cpu, memory, devices, overcommit }: Node, cpuLoad?: CpuLoad) {
    this.id = id;
    this.kind = devices[0]?.kind ?? "";
    this.cpuLoad = cpuLoad;
    this.#cpuFree = Math.floor(cpu * (overcommit?.cpuMax ?? 1));
    this.#memoryFree = memory;
    this.#milliFree = devices.map(({ milliFree }) => milliFree);
  }

  /** How much of its working devices is held; "none" if it has none. O(devices). */
  get occupancy(): "none" | "empty" | "part" | "full" {
    let working = 0;
    let milliFree = 0;
    for (const [device, milli] of this.#milliFree.entries()) {
      if (this.#failed.has(device)) continue;
      working += 1;
      milliFree += milli;
    }
    if (working === 0) return "none";
    if (milliFree === 0) return "full";
    return milliFree === working * DEVICE_MILLI ? "empty" : "part";
  }

  fail(device: number): void {
    this.#failed.add(device);
  }

  /** @throws Error, naming `who`, if something of it is not free or a device does not work. */
  take(hold: Hold, who: string): void {
    const refuse = (what: string, free: number, need: number) => {
      throw new Error(`${who} needs ${need} ${what} on node ${this.id}, where ${free} are free`);
    };
    const { cpu, memory, devices, milli } = hold;
    if (cpu > this.#cpuFree) refuse("milli-CPU", this.#cpuFree, cpu);
    if (memory > this.#memoryFree) refuse("MiB", this.#memoryFree, memory);
    for (const device of devices) {
      const free = this.#failed.has(device) ? 0 : (this.#milliFree[device] ?? 0);
      if (milli > free) refuse(`milli of device ${device}`, free, milli);
    }
    this.#change(hold, -1);
  }

  release(hold: Hold): void {
    this.#change(hold, 1);
  }

  #change({ cpu, memory, devices, milli }: Hold, sign: 1 | -1): void {
    this.#cpuFree += sign * cpu;
    this.cpuLoad?.request(-sign * cpu);
    this.#memoryFree += sign * memory;
    for (const device of devices) this.#milliFree[device] += sign * milli;
  }
}

/**
 * What a request holds on these devices.
 * @throws Error if the number of devices is not what the request asks for.
 */
export function holdOf(
  request: ResourceRequest,
  node: PhysicalNode,
  devices: readonly number[],
): Hold {
  const { cpu, memory, accelerators } = request;
  const count = accelerators?.count ?? 0;
  if (new Set(devices).size !== devices.length || devices.length !== count) {
    throw new Error(`devices [${devices.join()}] of node ${node.id} are not ${count} devices`);
  }
  return { node, cpu, memory, devices, milli: accelerators?.milli ?? 0 };
}

/** Host memory alone, in MiB. */
export function memoryHold(node: PhysicalNode, memory: number): Hold {
  return { node, cpu: 0, memory, devices: [], milli: 0 };
}

/** Milli of devices that it holds in all. */
export function milliOf({ devices, milli }: Hold): number {
  return devices.length * milli;
}

/** True iff it is on the node and, given a device, uses it. */
export function isOn(
  place: { readonly node: PhysicalNode; readonly devices: readonly number[] },
  node: PhysicalNode,
  device: number | undefined,
): boolean {
  return place.node === node && (device === undefined || place.devices.includes(device));
}
