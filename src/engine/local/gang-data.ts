import type { MemberPlace } from "../../model/action.ts";
import type { DepartureId, JobId } from "../../model/ids.ts";
import type { ProcessEnd } from "./processes.ts";

/**
 *     waiting ──────► up ──────► (told as ended)
 *        │  ▲         │ ▲
 *        ▼  │         ▼ │
 *     suspending ► suspended ► returning           broken: a device under it failed
 *        └─────────────┴──────────┴──► stopping ──► (all departures told)
 *
 * The phase says what is wanted; what is there is said by the processes of the members. `pursue`
 * compares the two, and may be called at any time and any number of times.
 */
export type GangPhase =
  | "waiting"
  | "up"
  | "suspending"
  | "suspended"
  | "returning"
  | "stopping"
  | "broken";

/** A gang as JSON: all that was ordered and told. */
export interface SavedGang {
  readonly job: JobId;
  readonly attempt: number;
  phase: GangPhase;
  /** It was told as started. */
  hasBegun: boolean;
  /** What it waits for before it begins or goes on. */
  after: readonly DepartureId[];
  /** Told when it has left its places. */
  leaving: DepartureId[];
  /** How it is asked to leave. */
  stop: StopManner;
  /** Time of the newest checkpoint that was told, or that was there at the start. */
  savedMs: number;
  members: SavedMember[];
}

/** By a signal and in the time to save, by one and in a moment, or at once. */
export type StopManner = "save" | "soon" | "now";

export interface SavedMember {
  readonly number: number;
  readonly role: string;
  devices: readonly number[];
  /** What it waits for before it joins. */
  readonly after: readonly DepartureId[];
  /** It leaves the others. */
  departure?: DepartureId;
  process: "none" | "asked" | "running" | "ended";
  end?: ProcessEnd;
}

/** Id of a member's process. */
export function memberProcess(job: JobId, attempt: number, member: number): string {
  return `job.${job}.${attempt}.${member}`;
}

/** How a process ended, as the rest of a sentence. */
export function inWords(end: ProcessEnd): string {
  switch (end.kind) {
    case "lost":
      return "is gone, and nobody saw how it ended";
    case "refused":
      return `could not start: ${end.message}`;
    case "exited":
      if (end.oomKilled) return "needed more memory than it asked for and was killed";
      return end.signal === null
        ? `ended with exit code ${end.code}`
        : `was ended by ${end.signal}`;
  }
}

export function memberOf(
  { member, role, devices }: MemberPlace,
  after: readonly DepartureId[],
): SavedMember {
  return { number: member, role, devices, after, process: "none" };
}

export function endMember(member: SavedMember, end: ProcessEnd): void {
  member.process = "ended";
  member.end = end;
}

export function hasProcess({ process }: SavedMember): boolean {
  return process !== "none";
}

export function isThere({ process }: SavedMember): boolean {
  return process === "asked" || process === "running";
}

export function isDone(end: ProcessEnd): boolean {
  return end.kind === "exited" && end.code === 0 && !end.wasAsked;
}

export function isGood(end: ProcessEnd): boolean {
  return end.kind === "exited" && end.code === 0;
}
