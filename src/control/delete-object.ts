import type { DeleteAnswer } from "../api/answers.ts";
import type { ObjectKind } from "../api/objects.ts";
import type { ManifestKind } from "../manifest/manifest.ts";
import type { Event } from "../model/event.ts";
import { queueId, serviceId } from "../model/ids.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import { unreachable } from "../model/unreachable.ts";
import type { CommandGround, Taken } from "./apply-manifests.ts";
import { cancellationOf } from "./cancel-job.ts";
import type { ApiFailure } from "./control-plane.ts";
import { DEFAULT_QUEUE } from "./default-queue.ts";
import { failure, refused, unknownObject, versionConflict } from "./failures.ts";
import type { Views } from "./views/views.ts";

/** What is to go. */
export interface Deletion {
  readonly kind: ObjectKind;
  readonly name: string;
  /** The resourceVersion that it must have; absent: any. */
  readonly version: string | undefined;
}

const NEEDED_QUEUE = failure(
  "object-in-use",
  "Queue default is where jobs stand that name no queue",
  "Leave it; to hold such jobs back, apply it with a lower limit.",
);

/** Asks an object to go. One that was asked before is not asked again. O(1). */
export function deleteObject(
  { kind, name, version }: Deletion,
  { scheduler, views, nowMs }: CommandGround,
): Result<Taken, ApiFailure> {
  if (kind === "Node" || kind === "Replica") {
    return fail(failure("invalid-request", `a ${kind} is observed; it cannot be deleted`));
  }
  const record = views.record(kind, name);
  if (record === undefined) return fail(unknownObject(kind, name));
  if (kind === "Queue" && name === DEFAULT_QUEUE.metadata.name) return fail(NEEDED_QUEUE);
  if (version !== undefined && version !== String(record.version)) {
    return fail(versionConflict(kind, name, record.version, version));
  }
  if (record.deletedMs !== undefined) return succeed({ changes: [], events: [] });
  const event = eventOf(kind, name, views);
  const result = event && scheduler.apply(event, milliseconds(nowMs));
  if (result?.ok === false) return fail(refused(kind, name, result.reason));
  const change = { kind: "deleted", object: { kind, name } } as const;
  return succeed({ changes: [change], events: event === undefined ? [] : [event] });
}

/** What the user is told once the deletion stands in the views. */
export function deletionAnswer({ kind, name }: Deletion, views: Views): DeleteAnswer {
  const outcome = views.record(kind, name) === undefined ? "deleted" : "deleting";
  return { kind, name, outcome };
}

/** What the scheduler is told; nothing of what it has forgotten, or takes away already. */
function eventOf(kind: ManifestKind, name: string, views: Views): Event | undefined {
  switch (kind) {
    case "BatchJob": {
      const record = views.record("BatchJob", name);
      return record && cancellationOf(name, record);
    }
    case "ModelService": {
      const isRemoved = views.record("ModelService", name)?.isRemoved === true;
      return isRemoved ? undefined : { kind: "service-removed", service: serviceId(name) };
    }
    case "Queue":
      return { kind: "queue-removed", queue: queueId(name) };
    default:
      return unreachable(kind);
  }
}
