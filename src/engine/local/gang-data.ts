import { constants } from "node:os";
import type { MemberPlace } from "../../model/action.ts";
import type { DepartureId } from "../../model/ids.ts";
import type { Note } from "../../model/note.ts";
import type { Attempt } from "./process-ids.ts";
import type { ProcessEnd } from "./processes.ts";

/**
 *     waiting ──────► up ──────► (told as ended)
 *       ▲  │         │  ▲
 *       │  ▼         ▼  │
 *       │  suspending   │                      broken: a device under it failed
 *       │      ▼        │
 *       └── suspended ──┘        stopping ──► (all departures told)
 *
 * The phase says what is wanted; what is there is said by the processes of the members. `pursue`
 * compares the two, and may be called at any time and any number of times.
 */
export type GangPhase = "waiting" | "up" | "suspending" | "suspended" | "stopping" | "broken";

/** A gang as JSON: what was ordered and what is journaled of what it told, and nothing else. */
export interface SavedGang extends Attempt {
  phase: GangPhase;
  /** It was told as started. */
  hasBegun: boolean;
  /** What it waits for before it begins or goes on. */
  after: readonly DepartureId[];
  /** Told when it has left its places. */
  leaving: DepartureId[];
  /** How it is asked to leave. */
  stop: StopManner;
  /** Until when what it saved is told, in milliseconds since 1970; its start at first. */
  savedMs: number;
  members: SavedMember[];
}

/** By a signal and in the time to save, by one and in a moment, or at once. */
export type StopManner = "save" | "soon" | "now";

export interface SavedMember {
  readonly number: number;
  readonly role: string;
  devices: readonly number[];
  /** It joined the others when it was not one of the first, once these had left. */
  readonly joinsAfter?: readonly DepartureId[];
  /** It leaves the others. */
  departure?: DepartureId;
}

/** A member, and what is known of its process. */
export interface Member extends SavedMember {
  process: "none" | "asked" | "running" | "ended";
  end?: ProcessEnd;
}

/** A gang, and what is known of its processes. */
export interface GangData extends SavedGang {
  members: Member[];
}

export function saveGang({ members, ...gang }: GangData): SavedGang {
  return structuredClone({ ...gang, members: members.map(savedMember) });
}

function savedMember({ number, role, devices, joinsAfter, departure }: Member): SavedMember {
  return {
    number,
    role,
    devices,
    ...(joinsAfter !== undefined && { joinsAfter }),
    ...(departure !== undefined && { departure }),
  };
}

/** Nothing is known of its processes yet. */
export function restoreGang(saved: SavedGang): GangData {
  const { members, ...gang } = structuredClone(saved);
  return { ...gang, members: members.map((member) => Object.assign(member, NO_PROCESS)) };
}

const NO_PROCESS = { process: "none" } as const;

/** Shells give this and the signal's number for a program that a signal has ended. */
const SIGNAL_BASE = 128;

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

/** A code for an end that is not good; `otherwise` if it has no code of its own. */
export function reasonOf(end: ProcessEnd, otherwise: string): string {
  if (end.kind === "refused") return end.code;
  return end.kind === "exited" && end.oomKilled ? "out-of-memory" : otherwise;
}

/** What people are told of a member that did not end well. @param words what it wrote last. */
export function noteOf(
  { job, attempt }: GangData,
  { number, role }: Member,
  end: ProcessEnd,
  words?: string,
): Note {
  const code = exitCodeOf(end);
  const message = `member ${number} (${role}) of attempt ${attempt} ${inWords(end)}`;
  return {
    about: { kind: "BatchJob", name: job },
    type: "Warning",
    reason: reasonOf(end, "member-failed"),
    message: words === undefined ? message : `${message}: ${words}`,
    ...(code !== undefined && { exit: { attempt, code } }),
    condition: { type: "MemberFailed", status: "True" },
  };
}

/** As shells tell it; the kernel kills what needs too much memory with SIGKILL. */
function exitCodeOf(end: ProcessEnd): number | undefined {
  if (end.kind !== "exited") return undefined;
  if (end.oomKilled) return SIGNAL_BASE + constants.signals.SIGKILL;
  return end.signal === null
    ? (end.code ?? undefined)
    : SIGNAL_BASE + constants.signals[end.signal];
}

/** @param joinsAfter absent: it is one of the first. */
export function memberOf(
  { member, role, devices }: MemberPlace,
  joinsAfter?: readonly DepartureId[],
): Member {
  const place = { number: member, role, devices, process: "none" } as const;
  return joinsAfter === undefined ? place : { ...place, joinsAfter };
}

/**
 * Who is in the gang, by number: the first ones and those that have joined, without those that are
 * to leave. A member's rank is its index here.
 */
export function rosterOf({ members }: GangData): readonly Member[] {
  return members
    .filter(
      ({ departure, joinsAfter, process }) =>
        departure === undefined && (joinsAfter === undefined || process !== "none"),
    )
    .toSorted((left, right) => left.number - right.number);
}

export function endMember(member: Member, end: ProcessEnd): void {
  member.process = "ended";
  member.end = end;
}

export function hasProcess({ process }: Member): boolean {
  return process !== "none";
}

export function isThere({ process }: Member): boolean {
  return process === "asked" || process === "running";
}

export function isStaying({ departure }: Member): boolean {
  return departure === undefined;
}

/** Departures that it was ordered, ascending. */
export function departuresOf({ leaving, members }: SavedGang): readonly DepartureId[] {
  const ofMembers = members.flatMap(({ departure }) => departure ?? []);
  return [...new Set([...leaving, ...ofMembers])].toSorted((left, right) => left - right);
}

/** How the first member ended that did not end well; those that are to leave do not count. */
export function failureOf({ members }: GangData): ProcessEnd | undefined {
  return members.find(
    (member) => isStaying(member) && member.end !== undefined && !isGood(member.end),
  )?.end;
}

/** Whether all that stay, but for those that have not joined, have done their work. */
export function isAllDone(gang: GangData): boolean {
  const roster = rosterOf(gang);
  return roster.length > 0 && roster.every(isDone);
}

/** It ended well, and before it was asked to. */
function isDone({ end }: Member): boolean {
  return end?.kind === "exited" && end.code === 0 && !end.wasAsked;
}

export function isGood(end: ProcessEnd): boolean {
  return end.kind === "exited" && end.code === 0;
}
