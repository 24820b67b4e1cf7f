import type { EventRecord, ObjectKind } from "../../api/objects.ts";
import type { Said } from "./event-records.ts";
import { toIso } from "./render.ts";

/** Records that are remembered. */
const EVENTS_MAX = 10_000;

/** As JSON. */
export interface SavedEvents {
  readonly nextEvent: number;
  readonly events: readonly EventRecord[];
}

/** Which events are asked for. */
export interface EventsQuery {
  readonly about?: { readonly kind: ObjectKind; readonly name: string };
  /** Those after this sequence. */
  readonly after: number;
  /** The newest of them. */
  readonly limit: number;
}

/**
 * What happened, for people, by rising sequence. What is said of an object once more is no second
 * record: it takes the place of the first, with a sequence of its own and a count.
 */
export class EventLog {
  #next = 1;
  #records: EventRecord[] = [];
  /** The newest about each object. */
  #newest = new Map<string, EventRecord>();

  static restore({ nextEvent, events }: SavedEvents): EventLog {
    const log = new EventLog();
    log.#next = nextEvent;
    log.#keep(events);
    return log;
  }

  save(): SavedEvents {
    return { nextEvent: this.#next, events: this.#records.slice(-EVENTS_MAX) };
  }

  /** O(1); if it is joined, O(records since the one before it). */
  add({ about, type, reason, message }: Said, nowMs: number): void {
    const record = { sequence: this.#next, at: toIso(nowMs), about, type, reason, message };
    const before = this.#newest.get(keyOf(record));
    // One so new is remembered in every process, whenever this was saved last.
    const isKnown = before !== undefined && before.sequence > this.#next - EVENTS_MAX;
    const joined = isKnown && isSame(before, record) ? join(before, record) : record;
    this.#next += 1;
    if (joined !== record) this.#records.splice(this.#records.lastIndexOf(before!), 1);
    this.#records.push(joined);
    this.#newest.set(keyOf(joined), joined);
    if (this.#records.length > 2 * EVENTS_MAX) this.#keep(this.#records.slice(-EVENTS_MAX));
  }

  /** The newest last. O(EVENTS_MAX). */
  list({ about, after, limit }: EventsQuery): readonly EventRecord[] {
    if (limit <= 0) return [];
    const kept = this.#records.slice(-EVENTS_MAX).filter((record) => {
      return record.sequence > after && (about === undefined || isAbout(record, about));
    });
    return kept.slice(-limit);
  }

  #keep(records: readonly EventRecord[]): void {
    this.#records = [...records];
    this.#newest = new Map(records.map((record) => [keyOf(record), record]));
  }
}

function keyOf({ about: { kind, name } }: EventRecord): string {
  return `${kind} ${name}`;
}

/** The same but for its numbers; a warning's numbers tell what is to be mended, and count. */
function isSame(before: EventRecord, { type, reason, message }: EventRecord): boolean {
  if (before.type !== type || before.reason !== reason) return false;
  if (type === "Warning") return before.message === message;
  return withoutNumbers(before.message) === withoutNumbers(message);
}

function withoutNumbers(text: string): string {
  return text.replaceAll(/\d+/g, "0");
}

function join({ count = 1, firstAt, at }: EventRecord, record: EventRecord): EventRecord {
  return { ...record, count: count + 1, firstAt: firstAt ?? at };
}

/** What is said of a replica is also about its service. */
function isAbout(
  { about }: EventRecord,
  { kind, name }: { readonly kind: ObjectKind; readonly name: string },
): boolean {
  if (about.kind === kind) return about.name === name;
  return kind === "ModelService" && about.kind === "Replica" && about.name.startsWith(`${name}/`);
}
