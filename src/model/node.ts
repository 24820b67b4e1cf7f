import type { NodeId } from "./ids.ts";
import type { GpuMilli, MiB, MilliCpu } from "./units.ts";

/** One accelerator of a node. Its index in `Node.devices` is its address. */
export interface Device {
  /** Model name such as `A100`; requests name it in `kinds`. */
  readonly kind: string;
  readonly memory: MiB;
  /** Milli that nothing holds, 0 to 1000; 1000 on a device that is wholly free. */
  readonly milliFree: GpuMilli;
}

/** A machine with its capacity, as an engine reports it. */
export interface Node {
  readonly id: NodeId;
  readonly cpu: MilliCpu;
  readonly memory: MiB;
  /** All of one kind (rule M3). */
  readonly devices: readonly Device[];
  /** Absent: what runs here asks for no more CPU than there is. */
  readonly overcommit?: Overcommit;
}

/** How far jobs may borrow CPU that services ask for and do not use (rule A7). */
export interface Overcommit {
  /** CPU that all on the node may ask for, over what it has: 1 to 16. */
  readonly cpuMax: number;
  /** CPU kept free beside what services use, over what they use: 0 to 16. */
  readonly headroom: number;
}
