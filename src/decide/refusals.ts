import type { CanNever, RefusalCode } from "../model/refusal.ts";
import { fail, type Result } from "../model/result.ts";
import { DEVICE_KINDS_MAX } from "./cluster/kind-table.ts";

/** Refused for good. */
export function never(code: RefusalCode, message: string): Result<never, CanNever> {
  return fail({ kind: "can-never", code, message });
}

/** `who` names more kinds of devices than are told apart (rule M3). */
export function tooManyKinds(who: string): Result<never, CanNever> {
  return never(
    "too-many-device-kinds",
    `${who} would bring the device kinds above ${DEVICE_KINDS_MAX}`,
  );
}
