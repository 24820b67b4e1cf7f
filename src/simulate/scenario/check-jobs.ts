import { checkJob } from "../../decide/jobs/check-job.ts";
import { RESOURCES, type Amounts, amountsOf } from "../../model/amounts.ts";
import { suggestName } from "../../model/nearest-name.ts";
import { parkedMemory } from "../../model/resources.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Queue } from "../../model/queue.ts";
import type { SourcedJob } from "./build-jobs.ts";
import { findMisfit, findUnknownKind, type Misfit, type Room, sayAmount } from "./room.ts";

/**
 * Checks every job against the queues and the empty cluster.
 *
 * @throws InputError for the first that could never start, at the place where it is written.
 */
export function checkJobs(
  sourced: readonly SourcedJob[],
  queues: readonly Queue[],
  room: Room,
): void {
  const byId = new Map(queues.map((queue) => [queue.id as string, queue]));
  const parents = new Set(queues.map(({ parent }) => parent));
  for (const { simulated, refuse } of sourced) {
    const { job } = simulated;
    const queue = byId.get(job.queue);
    if (queue === undefined) {
      const problem = `job ${job.id} is in queue "${job.queue}", which does not exist${suggestName(job.queue, byId.keys())}`;
      throw refuse("unknown-name", problem);
    }
    if (parents.has(queue.id)) {
      const problem = `job ${job.id} is in queue ${queue.id}, which has children`;
      throw refuse("queue-not-leaf", problem);
    }
    const misfit = findJobMisfit(job, room) ?? findLimit(job, queue, byId);
    if (misfit !== undefined) throw refuse(misfit.code, misfit.problem, misfit.keys);
  }
}

function findJobMisfit(job: BatchJob, room: Room): Misfit | undefined {
  const who = `job ${job.id}`;
  const invalid = checkJob(job);
  if (invalid !== undefined) return { code: "invalid-setting", problem: invalid.message };
  for (const kind of Object.keys(job.speeds ?? {})) {
    const misfit = findUnknownKind(room, who, kind, ["speeds", kind]);
    if (misfit !== undefined) return misfit;
  }
  const members = job.roles.map(({ name, request, replicas }, role) => ({
    keys: ["roles", role],
    who: job.roles.length === 1 ? who : `role ${name} of ${who}`,
    request,
    count: replicas.min,
    ...(job.suspension === undefined
      ? {}
      : { hostMemory: request.memory + parkedMemory(request, job.suspension.hostMemory) }),
  }));
  return findMisfit(room, who, members);
}

/** The queue, or one above it, may never hold as much as the job needs to start. */
function findLimit(
  job: BatchJob,
  queue: Queue,
  byId: ReadonlyMap<string, Queue>,
): Misfit | undefined {
  let above: Queue | undefined = queue;
  while (above !== undefined) {
    const { id, limit, guaranteed, borrows } = above;
    for (const name of RESOURCES) {
      const need = leastOf(job, name);
      const most = borrows ? (limit[name] ?? Infinity) : (guaranteed[name] ?? 0);
      if (need <= most) continue;
      const why = borrows ? "is limited to" : "does not borrow and is guaranteed";
      const problem = `job ${job.id} needs ${sayAmount(name, need)}; queue ${id} ${why} ${sayAmount(name, most)}`;
      return { code: "larger-than-queue", problem };
    }
    above = above.parent === undefined ? undefined : byId.get(above.parent);
  }
  return undefined;
}

function leastOf({ roles }: BatchJob, name: keyof Amounts): number {
  return roles.reduce((sum, { request, replicas }) => {
    return sum + amountsOf(request)[name] * replicas.min;
  }, 0);
}
