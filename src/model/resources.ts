import { DEVICE_MILLI, type GpuMilli, type MiB, mib, type MilliCpu } from "./units.ts";

/** Accelerator devices that one piece of work needs at once, all on one node. */
export interface AcceleratorRequest {
  /** Number of devices, 1 or more. */
  readonly count: number;
  /** Milli needed on each of them, 1 to 1000. */
  readonly milli: GpuMilli;
  /** Memory that each device must have in all; absent: any. A share of a device has its share of it. */
  readonly memory?: MiB;
  /** Device kinds that will do; empty means any kind. */
  readonly kinds: readonly string[];
}

/** What one piece of work needs, all of it on one node. */
export interface ResourceRequest {
  readonly cpu: MilliCpu;
  readonly memory: MiB;
  /** Absent: the work needs no device and may go to any node. */
  readonly accelerators?: AcceleratorRequest;
}

/** MiB of host memory for the content of the devices asked for, of `hostMemory` for a whole one. */
export function parkedMemory(request: ResourceRequest, hostMemory: MiB): MiB {
  return mib(Math.ceil((hostMemory * requestedMilli(request)) / DEVICE_MILLI));
}

/** GPU milli that a request asks for in total (count × milli). */
export function requestedMilli(request: ResourceRequest): number {
  return request.accelerators ? request.accelerators.count * request.accelerators.milli : 0;
}
