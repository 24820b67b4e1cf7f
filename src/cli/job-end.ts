import { constants } from "node:os";
import type { EventRecord, JobPhase, WrittenObjects } from "../api/objects.ts";
import { type RefusalCode, REFUSAL_CODES } from "../model/refusal.ts";
import { reasonOf } from "./texts/object-columns.ts";

/** How engines say that a member has ended badly. */
const ATTEMPT = /\bof attempt (\d+)\b/;
const EXIT_CODE = /\bended with exit code (\d{1,3})$/;
const SIGNAL = /\bwas ended by (SIG[A-Z0-9]+)$/;
const OUT_OF_MEMORY = "out-of-memory";
/** Shells give this and the signal's number for a program that a signal has ended. */
const SIGNAL_BASE = 128;
const SIGNALS: ReadonlyMap<string, number> = new Map(Object.entries(constants.signals));

/**
 * The exit code of a job's command: that of the member of the last attempt that failed first.
 * @returns undefined if nobody has told one, such as for a job that was given up.
 */
export function exitCodeOf(phase: JobPhase, events: readonly EventRecord[]): number | undefined {
  if (phase === "Succeeded") return 0;
  const ends = events.flatMap((event) => {
    const attempt = Number(ATTEMPT.exec(event.message)?.[1]);
    const code = codeIn(event);
    return code === undefined || Number.isNaN(attempt) ? [] : [{ attempt, code }];
  });
  const last = Math.max(...ends.map(({ attempt }) => attempt));
  return ends.find(({ attempt }) => attempt === last)?.code;
}

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

function codeIn({ reason, message }: EventRecord): number | undefined {
  if (reason === OUT_OF_MEMORY) return SIGNAL_BASE + constants.signals.SIGKILL;
  const code = EXIT_CODE.exec(message)?.[1];
  if (code !== undefined) return Number(code);
  const signal = SIGNALS.get(SIGNAL.exec(message)?.[1] ?? "");
  return signal === undefined ? undefined : SIGNAL_BASE + signal;
}
