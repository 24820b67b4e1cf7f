import type { SavedScheduler, Scheduler } from "../decide/scheduler.ts";
import type { Event } from "../model/event.ts";
import type { Catalog } from "../model/launch.ts";
import { catalogOf } from "./catalog.ts";
import { ChangeRing } from "./change-ring.ts";
import type { EngineSide } from "./engine-side.ts";
import type { Journal, JournalEntry } from "./journal/journal.ts";
import { type SchedulerMaker, schedulerMaker } from "./make-scheduler.ts";
import { replayEntry } from "./replay-entry.ts";
import { type SavedViews, Views } from "./views/views.ts";

/** What a snapshot of the journal holds: all that its entries added up to. */
export interface SnapshotState {
  readonly scheduler: SavedScheduler;
  readonly views: SavedViews;
  /** What the engine saved. */
  readonly engine: unknown;
  readonly nowMs: number;
}

/** What the control plane knows, as of the newest entry. */
export interface Recovered {
  readonly maker: SchedulerMaker;
  readonly scheduler: Scheduler;
  readonly views: Views;
  readonly ring: ChangeRing;
  readonly side: EngineSide;
  /** Time of the newest entry; 0 for none. */
  readonly nowMs: number;
  /** Sequence of the snapshot that it began with; 0 for none. */
  readonly snapshotSequence: number;
}

/**
 * Takes up where the journal ends: the newest snapshot, then each entry after it, once more, for
 * scheduler, views and engine alike. Nothing is done yet: the engine has not begun.
 * @throws JournalError, or ReplayError for an entry that does not give what was decided then.
 */
export function recover(journal: Journal, connect: (catalog: Catalog) => EngineSide): Recovered {
  const { origin } = journal;
  const maker = schedulerMaker(origin);
  const snapshot = journal.readSnapshot();
  const saved = snapshot?.state as SnapshotState | undefined;
  const scheduler = saved === undefined ? maker.blank() : maker.restore(saved.scheduler);
  // Asked only when objects are shown, which is later.
  const endpointOf = (service: string): string | undefined => side.endpointOf?.(service);
  const views =
    saved === undefined ? new Views(endpointOf) : Views.restore(saved.views, endpointOf);
  const ring = new ChangeRing(views.version);
  const side = connect(catalogOf(views));
  if (saved !== undefined) side.engine.restore(saved.engine);
  let nowMs = saved?.nowMs ?? 0;
  for (const numbered of journal.entriesAfter(snapshot?.sequence ?? 0)) {
    const { entry } = numbered;
    replayEntry(scheduler, numbered, origin.seed);
    ring.add(views.fold(entry));
    side.engine.recall({ nowMs: entry.nowMs, events: told(entry) }, entry.actions);
    nowMs = entry.nowMs;
  }
  const snapshotSequence = snapshot?.sequence ?? 0;
  return { maker, scheduler, views, ring, side, nowMs, snapshotSequence };
}

/** What of an entry the engine told; the rest came from users. */
function told({ events }: JournalEntry): readonly Event[] {
  return events.filter(({ kind }) => !USERS_EVENTS.has(kind));
}

const USERS_EVENTS: ReadonlySet<Event["kind"]> = new Set([
  "queue-set",
  "queue-removed",
  "job-submitted",
  "job-cancelled",
  "service-set",
  "service-removed",
]);
