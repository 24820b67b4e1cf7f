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
}
