import type { SimulatedJob } from "../../src/engine/simulated/workload.ts";
import { jobId, type QueueId } from "../../src/model/ids.ts";
import type { BatchJob, JobRole } from "../../src/model/job.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { mib, milliseconds } from "../../src/model/units.ts";
import type { Dice } from "./dice.ts";
import { DEVICE_KINDS, planRequest } from "./plan-requests.ts";

/** Most members that one role of a plan starts with. */
const MEMBERS_MIN_MAX = 5;

export interface JobPlanning {
  readonly count: number;
  /** Queues that may have jobs. */
  readonly leaves: readonly QueueId[];
  /** Jobs are submitted from 0 to this time. */
  readonly untilMs: number;
}

/** Jobs of a few shapes, so that some are alike; many come at the same moment. */
export function planJobs(dice: Dice, { count, leaves, untilMs }: JobPlanning): SimulatedJob[] {
  const shapes = Array.from({ length: dice.from(1, 8) }, () => planShape(dice));
  const jobs: SimulatedJob[] = [];
  let submitMs = 0;
  for (let index = 0; index < count; index += 1) {
    if (dice.percent(60)) submitMs = momentUntil(dice, untilMs);
    jobs.push(planJob(dice, { index, submitMs, leaves, shape: dice.of(...shapes) }));
  }
  return jobs;
}

/** A time in steps of half a second, so that things happen together. */
export function momentUntil(dice: Dice, untilMs: number): number {
  return 500 * dice.below(Math.floor(untilMs / 500) + 1);
}

/** What jobs of one kind have in common. */
interface JobShape {
  readonly roles: readonly JobRole[];
  readonly speeds: BatchJob["speeds"];
  readonly checkpoint: BatchJob["checkpoint"];
  readonly suspension: BatchJob["suspension"];
}

function planShape(dice: Dice): JobShape {
  const roles = Array.from({ length: dice.of(1, 1, 1, 1, 2, 3) }, (_, index) =>
    planRole(dice, `role-${index}`, planRequest(dice)),
  );
  const speeds = dice.maybe(30, () =>
    Object.fromEntries(
      Object.keys(DEVICE_KINDS)
        .filter(() => dice.percent(70))
        .map((kind) => [kind, dice.of(0.5, 1, 2)]),
    ),
  );
  const checkpoint = dice.maybe(60, () => ({
    everyMs: milliseconds(dice.of(1000, 3000, 10_000, 50_000)),
    saveMs: milliseconds(dice.of(0, 100, 500, 2000, 40_000)),
    restartMs: milliseconds(dice.of(0, 500, 3000)),
    onRequest: dice.percent(60),
  }));
  const suspension = dice.maybe(60, () => ({
    hostMemory: mib(dice.of(0, 8, 20, 40, 100)),
    suspendMs: milliseconds(dice.of(0, 100, 1000, 5000)),
    resumeMs: milliseconds(dice.of(0, 100, 2000)),
  }));
  return { roles, speeds, checkpoint, suspension };
}

function planRole(dice: Dice, name: string, request: ResourceRequest): JobRole {
  const min = dice.percent(55) ? 1 : dice.from(1, MEMBERS_MIN_MAX);
  const max = min + (dice.percent(25) ? dice.from(1, 4) : 0);
  return { name, request, replicas: { min, max } };
}

function planJob(
  dice: Dice,
  where: {
    readonly index: number;
    readonly submitMs: number;
    readonly leaves: readonly QueueId[];
    readonly shape: JobShape;
  },
): SimulatedJob {
  const { roles, speeds, checkpoint, suspension } = where.shape;
  const workMs = dice.of(0, 500, 1000, 4000, 10_000, 30_000, 90_000);
  const deadlineMs = dice.maybe(10, () => where.submitMs + dice.of(0, 1000, 20_000, 100_000));
  const failing = dice.percent(20) ? dice.from(1, 4) : 0;
  const job: BatchJob = {
    id: jobId(`job-${where.index}`),
    queue: dice.of(...where.leaves),
    priority: dice.of(0, 0, 0, 1, 2),
    roles,
    minimumRuntimeMs: milliseconds(dice.of(0, 0, 1000, 10_000, 60_000)),
    retries: { max: dice.of(0, 1, 3), backoffMs: milliseconds(dice.of(0, 500, 5000, 600_000)) },
    ...(checkpoint && { checkpoint }),
    ...(suspension && { suspension }),
    ...(speeds && { speeds }),
    ...(deadlineMs === undefined ? {} : { deadlineMs: milliseconds(deadlineMs) }),
  };
  const failures = Array.from({ length: failing }, () => {
    const attempt = dice.from(1, 5);
    return { attempt, afterMs: dice.of(0, 500, 2000, 8000), isLost: attempt % 2 === 0 };
  });
  return { job, submitMs: where.submitMs, workMs, failures };
}
