import type { ResourceRequest } from "../../model/resources.ts";
import { gpuMilli } from "../../model/units.ts";
import type { RequestShape } from "./scenario-shape.ts";

/** What one member or one replica needs. */
export function buildRequest({
  cpu,
  memory,
  gpus,
  gpuMemory,
  kinds,
}: RequestShape): ResourceRequest {
  if (gpus.count === 0) return { cpu, memory };
  return {
    cpu,
    memory,
    accelerators: {
      count: gpus.count,
      milli: gpuMilli(gpus.milli),
      ...(gpuMemory === undefined ? {} : { memory: gpuMemory }),
      kinds,
    },
  };
}
