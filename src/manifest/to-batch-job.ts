import { jobId, queueId } from "../model/ids.ts";
import type { BatchJob } from "../model/job.ts";
import { milliseconds } from "../model/units.ts";
import type { JobLaunch } from "../model/launch.ts";
import type { BatchJobManifest } from "./manifest.ts";
import { toLaunch, toRequest } from "./to-launch.ts";

/**
 * The job as the scheduler knows it, and what an engine starts for it. A manifest's deadline counts
 * from `submittedMs`, on the clock of the scheduler's events.
 */
export function toBatchJob(
  { metadata, spec }: BatchJobManifest,
  submittedMs: number,
): { readonly job: BatchJob; readonly launch: JobLaunch } {
  const { checkpoint, suspension, retries, deadline, speeds } = spec;
  const job = {
    id: jobId(metadata.name),
    queue: queueId(spec.queue),
    priority: spec.priority,
    roles: spec.roles.map(({ name, replicas, resources }) => ({
      name,
      request: toRequest(resources),
      replicas,
    })),
    ...(checkpoint === undefined ? {} : { checkpoint: toCheckpointing(checkpoint) }),
    ...(suspension === undefined ? {} : { suspension: toSuspension(suspension) }),
    minimumRuntimeMs: spec.minimumRuntime,
    retries: { max: retries.max, backoffMs: retries.backoff },
    ...(deadline === undefined ? {} : { deadlineMs: milliseconds(submittedMs + deadline) }),
    ...(speeds === undefined ? {} : { speeds }),
  };
  const launch = {
    roles: spec.roles.map((role) => ({ role: role.name, ...toLaunch(role) })),
    ...(checkpoint === undefined ? {} : { checkpointPath: checkpoint.path ?? metadata.name }),
  };
  return { job, launch };
}

type Spec = BatchJobManifest["spec"];

function toCheckpointing({ every, save, restart, onRequest }: NonNullable<Spec["checkpoint"]>) {
  return { everyMs: every, saveMs: save, restartMs: restart, onRequest };
}

function toSuspension({ hostMemory, suspend, resume }: NonNullable<Spec["suspension"]>) {
  return { hostMemory, suspendMs: suspend, resumeMs: resume };
}
