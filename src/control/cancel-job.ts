import type { CancelAnswer } from "../api/answers.ts";
import type { JobCancelled } from "../model/event.ts";
import { jobId } from "../model/ids.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import type { CommandGround, Taken } from "./apply-manifests.ts";
import type { ApiFailure } from "./control-plane.ts";
import { refused, unknownObject, versionConflict } from "./failures.ts";
import type { JobRecord } from "./views/records.ts";

/** What is not wanted any more. */
export interface Cancellation {
  readonly name: string;
  /** The resourceVersion that it must have; absent: any. */
  readonly version: string | undefined;
}

/** What a cancellation adds, and what came of it. */
export interface TakenCancellation extends Taken {
  readonly answer: CancelAnswer;
}

/** Ends a job, whose record stays. One that has ended, or was cancelled before, stays as it is. O(1). */
export function cancelJob(
  { name, version }: Cancellation,
  { scheduler, views, nowMs }: CommandGround,
): Result<TakenCancellation, ApiFailure> {
  const record = views.record("BatchJob", name);
  if (record === undefined) return fail(unknownObject("BatchJob", name));
  if (version !== undefined && version !== String(record.version)) {
    return fail(versionConflict("BatchJob", name, record.version, version));
  }
  const event = cancellationOf(name, record);
  const result = event && scheduler.apply(event, milliseconds(nowMs));
  if (result?.ok === false) return fail(refused("BatchJob", name, result.reason));
  const answer = { kind: "BatchJob", name, outcome: outcomeOf(record) } as const;
  return succeed({ changes: [], events: event === undefined ? [] : [event], answer });
}

/** What the scheduler is told so that the job ends; nothing of one that ends already. */
export function cancellationOf(name: string, { ending }: JobRecord): JobCancelled | undefined {
  return ending === undefined ? { kind: "job-cancelled", job: jobId(name) } : undefined;
}

/** @param record as it was before. */
function outcomeOf({ stage, ending }: JobRecord): CancelAnswer["outcome"] {
  if (ending !== undefined && ending !== "Cancelled") return "ended";
  return stage === "waiting" || stage === "ended" ? "cancelled" : "cancelling";
}
