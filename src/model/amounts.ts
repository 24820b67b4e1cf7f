import { requestedMilli, type ResourceRequest } from "./resources.ts";

/** Quantities of the three resources that are shared out, in total over any number of nodes. */
export interface Amounts {
  /** Milli-CPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** Milli of devices, whatever their kind. */
  readonly gpuMilli: number;
}

/** Names of the resources, in the order in which vectors hold them. */
export const RESOURCES = ["cpu", "memory", "gpuMilli"] as const;

export const NO_AMOUNTS: Amounts = { cpu: 0, memory: 0, gpuMilli: 0 };

/** What one piece of work of this request holds. */
export function amountsOf(request: ResourceRequest): Amounts {
  return { cpu: request.cpu, memory: request.memory, gpuMilli: requestedMilli(request) };
}
