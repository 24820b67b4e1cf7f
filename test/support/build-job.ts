import { jobId, queueId } from "../../src/model/ids.ts";
import type { BatchJob, JobRole } from "../../src/model/job.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { mib, milliseconds } from "../../src/model/units.ts";
import { buildRequest } from "./cluster-arbitraries.ts";

interface JobOptions {
  readonly id: string;
  readonly queue?: string;
  readonly priority?: number;
  readonly request?: ResourceRequest;
  readonly min?: number;
  readonly max?: number;
  /** Times to suspend and to resume; absent: it cannot be suspended. */
  readonly suspendMs?: number;
  readonly resumeMs?: number;
  readonly hostMemory?: number;
  /** Time to save on request; absent: it cannot. */
  readonly saveMs?: number;
  readonly minimumRuntimeMs?: number;
  readonly retries?: number;
  readonly backoffMs?: number;
  readonly deadlineMs?: number;
  readonly speeds?: Readonly<Record<string, number>>;
}

/** A gang of one role: one device for its only member unless told otherwise. */
export function buildJob(options: JobOptions): BatchJob {
  const { id, queue = "q", priority = 0, min = 1, max = min, retries = 0 } = options;
  const { request = buildRequest({ count: 1 }), suspendMs, saveMs, deadlineMs, speeds } = options;
  const role: JobRole = { name: "worker", request, replicas: { min, max } };
  const resumeMs = milliseconds(options.resumeMs ?? 0);
  const hostMemory = mib(options.hostMemory ?? 0);
  const minute = milliseconds(60_000);
  return {
    id: jobId(id),
    queue: queueId(queue),
    priority,
    roles: [role],
    minimumRuntimeMs: milliseconds(options.minimumRuntimeMs ?? 0),
    retries: { max: retries, backoffMs: milliseconds(options.backoffMs ?? 0) },
    ...(deadlineMs === undefined ? {} : { deadlineMs: milliseconds(deadlineMs) }),
    ...(speeds === undefined ? {} : { speeds }),
    ...(suspendMs === undefined
      ? {}
      : { suspension: { hostMemory, suspendMs: milliseconds(suspendMs), resumeMs } }),
    ...(saveMs === undefined
      ? {}
      : {
          checkpoint: {
            everyMs: minute,
            saveMs: milliseconds(saveMs),
            restartMs: milliseconds(0),
            onRequest: true,
          },
        }),
  };
}
