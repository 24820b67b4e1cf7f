import type { Amounts } from "../model/amounts.ts";
import { queueId } from "../model/ids.ts";
import type { Queue } from "../model/queue.ts";
import type { QueueManifest } from "./manifest.ts";

/** The queue as the scheduler knows it. */
export function toQueue({ metadata, spec }: QueueManifest): Queue {
  const { parent, weight, guaranteed, limit, borrows } = spec;
  return {
    id: queueId(metadata.name),
    ...(parent === undefined ? {} : { parent: queueId(parent) }),
    weight,
    guaranteed: toAmounts(guaranteed),
    limit: toAmounts(limit),
    borrows,
  };
}

function toAmounts({
  cpu,
  memory,
  accelerators,
}: QueueManifest["spec"]["limit"]): Partial<Amounts> {
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(accelerators === undefined ? {} : { gpuMilli: accelerators }),
  };
}
