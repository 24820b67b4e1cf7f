import { API_ERRORS, type ApiErrorCode } from "../api/api-error.ts";
import type { ObjectKind } from "../api/objects.ts";
import { REFUSAL_CODES, type Refusal } from "../model/refusal.ts";
import type { ApiFailure } from "./control-plane.ts";

export function failure(
  code: ApiErrorCode,
  message: string,
  cure: string = API_ERRORS[code].cure,
): ApiFailure {
  return { code, message, cure };
}

/** What the scheduler or the engine says no to; queues in use are a conflict, not a mistake. */
export function refused(kind: ObjectKind, name: string, refusal: Refusal): ApiFailure {
  const code = refusal.kind === "cannot-now" ? "object-in-use" : "refused-object";
  const { cure } = REFUSAL_CODES[refusal.code];
  return { code, message: `${kind} ${name}: ${refusal.message}`, cure, refusal: refusal.code };
}

export function unknownObject(kind: ObjectKind, name: string): ApiFailure {
  return failure("unknown-object", `there is no ${kind} ${name}`);
}

/** @param has the object's resourceVersion; absent: there is no such object. */
export function versionConflict(
  kind: ObjectKind,
  name: string,
  has: number | undefined,
  wanted: string,
): ApiFailure {
  const now = has === undefined ? "does not exist" : `is at version ${has}`;
  return failure("version-conflict", `${kind} ${name} ${now}; the change is of version ${wanted}`);
}
