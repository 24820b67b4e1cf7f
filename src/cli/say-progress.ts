import type { WrittenObjects } from "../api/objects.ts";
import { type RefusalCode, REFUSAL_CODES } from "../model/refusal.ts";
import { reasonOf } from "./texts/object-columns.ts";

/** Why a job does not run, as a line; "" when nothing keeps it. */
export function sayProgress({ metadata, status }: WrittenObjects["BatchJob"]): string {
  const { phase, conditions } = status;
  const reason = reasonOf(status);
  if (reason === "-" || status.endedAt !== undefined) return "";
  const message = conditions.find((condition) => condition.reason === reason)?.message ?? "";
  const cure = Object.hasOwn(REFUSAL_CODES, reason)
    ? ` ${REFUSAL_CODES[reason as RefusalCode].cure}`
    : "";
  const code = message.endsWith(`(${reason})`) ? "" : ` (${reason})`;
  return `job/${metadata.name} is ${phase}: ${message}${code}.${cure}`;
}
