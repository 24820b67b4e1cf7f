import type { Event } from "../../model/event.ts";
import type { JobId } from "../../model/ids.ts";
import type { Departures } from "./departures.ts";
import type { GangData, Member } from "./gang-data.ts";
import type { ProcessEnd } from "./processes.ts";

/** What a gang needs of its engine. */
export interface GangWorld {
  readonly departures: Departures;
  /** Tells the scheduler; again what is on its way already changes nothing. */
  tell(event: Event): void;
  /** What was told and not taken yet, and is not so any more. */
  withdraw(isVoid: (event: Event) => boolean): void;
  /** Tells people how a member ended that did not end well. */
  noteEnd(gang: GangData, member: Member, end: ProcessEnd): void;
  /** Whether one of these devices was told as failed just now: what comes of it is not told. */
  isFailing(devices: readonly number[]): boolean;
  /** Begins to start the member's process. */
  start(gang: GangData, member: Member): void;
  end(id: string, grace: { readonly ms: number }): void;
  kill(id: string): void;
  freeze(ids: readonly string[]): Promise<void>;
  thaw(ids: readonly string[]): Promise<void>;
  /** Nobody wants the process any more. */
  discard(id: string): void;
  /** Whether its job has saved something that is not told yet. */
  hasNewCheckpoint(gang: GangData): boolean;
  /** How long it may take to save when asked to leave. */
  saveGraceMs(job: JobId): number;
}
