import type { ResourceRequest } from "./resources.ts";

/** How often each kind of request occurs: all that a placement policy knows of the future. */
export interface WorkloadProfile {
  readonly classes: readonly WorkloadClass[];
  /** Milli-CPU for each GPU milli of the cluster; absent: CPU is taken to be plenty. */
  readonly cpuPerGpuMilli?: number;
}

export interface WorkloadClass {
  readonly request: ResourceRequest;
  /** Occurrences in the sample that the profile was taken from, 1 or more. */
  readonly count: number;
}
