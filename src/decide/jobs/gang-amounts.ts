import { type Amounts, amountsOf } from "../../model/amounts.ts";
import type { BatchJob } from "../../model/job.ts";

/** What the gang holds at its minimum. */
export function minimumAmounts(job: BatchJob): Amounts {
  return gangAmounts(
    job,
    job.roles.map(({ replicas }) => replicas.min),
  );
}

/** What the gang holds with so many members of each role. */
export function gangAmounts({ roles }: BatchJob, counts: readonly number[]): Amounts {
  let cpu = 0;
  let memory = 0;
  let gpuMilli = 0;
  for (const [role, { request }] of roles.entries()) {
    const one = amountsOf(request);
    cpu += one.cpu * counts[role];
    memory += one.memory * counts[role];
    gpuMilli += one.gpuMilli * counts[role];
  }
  return { cpu, memory, gpuMilli };
}
