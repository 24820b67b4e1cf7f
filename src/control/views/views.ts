import type { ApiObject, EventRecord, ObjectChange, ObjectKind } from "../../api/objects.ts";
import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { Note } from "../../model/note.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { JournalEntry } from "../journal/journal.ts";
import { EventLog, type EventsQuery, type SavedEvents } from "./event-log.ts";
import {
  describeAction,
  describeEvent,
  describeNote,
  isToldBy,
  type Said,
} from "./event-records.ts";
import { foldChange } from "./change-fold.ts";
import { foldExit, foldJobAction, foldJobDeparted, foldJobEvent } from "./job-fold.ts";
import { Ledger } from "./ledger.ts";
import { foldNodeEvent } from "./node-fold.ts";
import { type RecordOf, setCondition } from "./records.ts";
import { render, type Surroundings } from "./render.ts";
import {
  foldRemoved,
  foldReplicaDeparted,
  foldServiceAction,
  foldServiceEvent,
  isDue,
  sayReadiness,
} from "./service-fold.ts";
import { type Known, OBJECT_KINDS, Tables } from "./tables.ts";

/** Ended jobs that are remembered; the first to end is the first to be forgotten. */
export const ENDED_JOBS_MAX = 1000;

/** A change with the resourceVersion that it made. */
export interface VersionedChange {
  readonly version: number;
  readonly change: ObjectChange;
}

/** Views as JSON. */
export interface SavedViews extends SavedEvents {
  readonly version: number;
  readonly ended: readonly string[];
  readonly records: readonly Pick<Known, "kind" | "name" | "record">[];
}

/**
 * What the journal says of all objects: a pure fold over its entries. Two views that took the same
 * entries are equal, in every process. O(what the entry is about) for each entry.
 */
export class Views {
  readonly tables: Tables;
  readonly #ledger: Ledger;
  readonly #surroundings: Surroundings;
  #version = 0;
  #events = new EventLog();

  constructor(
    endpointOf: Surroundings["endpointOf"] = () => undefined,
    tables: Tables = new Tables(),
  ) {
    this.tables = tables;
    this.#ledger = new Ledger(tables);
    this.#surroundings = { tables, ledger: this.#ledger, endpointOf };
  }

  /** The newest resourceVersion. */
  get version(): number {
    return this.#version;
  }

  /** Takes the next entry in, and tells what has changed by it. */
  fold(entry: JournalEntry): readonly VersionedChange[] {
    const { nowMs, changes, events, notes, actions } = entry;
    for (const change of changes) foldChange(this.tables, change, nowMs);
    for (const event of events) {
      if (!isToldBy(notes, event)) this.#record(describeEvent(event, this.tables), nowMs);
      this.#foldEvent(event, nowMs);
    }
    for (const note of notes) this.#foldNote(note, nowMs);
    for (const action of actions) {
      this.#record(describeAction(action), nowMs);
      this.#foldAction(action, nowMs);
    }
    foldRemoved(this.tables);
    this.#forgetEnded();
    return this.#settle(nowMs);
  }

  list(kind: ObjectKind): readonly ApiObject[] {
    const names = Array.from(this.tables[kind].keys()).toSorted(compareNames);
    return names.map((name) => this.get(kind, name)!);
  }

  get(kind: ObjectKind, name: string): ApiObject | undefined {
    const known = this.tables.find(kind, name);
    return known && render(known, this.#surroundings);
  }

  record<Kind extends ObjectKind>(kind: Kind, name: string): RecordOf[Kind] | undefined {
    return this.tables.find(kind, name)?.record as RecordOf[Kind] | undefined;
  }

  /** Services whose old replicas have all left: they are to be made anew. In order of their making. */
  dueServices(): readonly string[] {
    return Array.from(this.tables.ModelService).flatMap(([name, record]) =>
      isDue(this.tables, name, record) ? [name] : [],
    );
  }

  /** The newest last. */
  events(query: EventsQuery): readonly EventRecord[] {
    return this.#events.list(query);
  }

  /** To be written down before the next entry: records are shared, not copied. */
  save(): SavedViews {
    const records = OBJECT_KINDS.flatMap((kind) =>
      Array.from(this.tables[kind].keys(), (name) => this.tables.find(kind, name)!),
    );
    return {
      version: this.#version,
      ...this.#events.save(),
      ended: this.tables.ended,
      records,
    };
  }

  /** @param saved what `save` gave, as JSON and back. It is used up. */
  static restore(saved: SavedViews, endpointOf?: Surroundings["endpointOf"]): Views {
    const views = new Views(endpointOf, Tables.of(saved.records as readonly Known[], saved.ended));
    for (const { kind, name } of saved.records) views.#ledger.settle(kind, name);
    views.tables.takeTouched();
    views.#version = saved.version;
    views.#events = EventLog.restore(saved);
    return views;
  }

  #foldEvent(event: Event, nowMs: number): void {
    switch (event.kind) {
      case "job-submitted":
      case "job-cancelled":
      case "job-started":
      case "job-checkpointed":
      case "job-ended":
        return foldJobEvent(this.tables, event, nowMs);
      case "service-set":
      case "service-removed":
      case "service-observed":
      case "replica-ready":
      case "replica-gone":
        return foldServiceEvent(this.tables, event, nowMs);
      case "departed":
        return this.#foldDeparted(event.departure, nowMs);
      case "node-added":
      case "node-removed":
      case "node-lost":
      case "node-drained":
      case "node-opened":
      case "node-pressed":
      case "device-failed":
        return foldNodeEvent(this.tables, event, nowMs);
      case "queue-removed":
        return this.tables.remove("Queue", event.queue);
      case "queue-set":
      case "node-observed":
      case "work-submitted":
      case "work-ended":
        return undefined;
      default:
        return unreachable(event);
    }
  }

  #foldDeparted(departure: number, nowMs: number): void {
    const leaver = this.tables.leaverOf(departure);
    if (leaver === undefined) return;
    this.tables.forgetDeparture(departure);
    if (leaver.kind === "BatchJob") foldJobDeparted(this.tables, leaver.name, nowMs);
    else foldReplicaDeparted(this.tables, leaver.name, nowMs);
  }

  #foldAction(action: Action, nowMs: number): void {
    if (action.kind === "place" || action.kind === "wait") return;
    if ("service" in action) foldServiceAction(this.tables, action, nowMs);
    else foldJobAction(this.tables, action, nowMs);
  }

  /** What a note says of a state is kept; all else that an engine tells is only remembered. */
  #foldNote(note: Note, nowMs: number): void {
    this.#record(describeNote(note), nowMs);
    const { about, condition, exit, reason, message } = note;
    const known = this.tables.find(about.kind, about.name);
    if (known === undefined) return;
    if (exit !== undefined && known.kind === "BatchJob") foldExit(known.record, exit);
    if (condition === undefined) return;
    setCondition(known.record, { ...condition, reason, message, sinceMs: nowMs });
    this.tables.touch(about.kind, about.name);
  }

  #record(said: Said | undefined, nowMs: number): void {
    if (said !== undefined) this.#events.add(said, nowMs);
  }

  #forgetEnded(): void {
    const { tables } = this;
    while (tables.ended.length > ENDED_JOBS_MAX) tables.remove("BatchJob", tables.ended.shift()!);
  }

  /** Works out what follows from what was touched, and gives each change its version. */
  #settle(nowMs: number): readonly VersionedChange[] {
    const { gone, touched } = this.tables.takeTouched();
    for (const { kind, name } of [...gone, ...touched]) this.#ledger.settle(kind, name);
    for (const { kind, name } of touched) {
      if (kind === "ModelService") sayReadiness(this.tables, name, nowMs);
    }
    // Queues and nodes hold something else now.
    const { touched: followers } = this.tables.takeTouched();
    const known = new Set(touched.map(({ record }) => record));
    const changed = [...touched, ...followers.filter(({ record }) => !known.has(record))];
    return [
      ...gone
        .filter(({ record }) => record.version > 0)
        .map((known) => this.#tell("DELETED", known)),
      ...changed.map((known) =>
        this.#tell(known.record.version === 0 ? "ADDED" : "MODIFIED", known),
      ),
    ];
  }

  #tell(type: ObjectChange["type"], known: Known): VersionedChange {
    this.#version += 1;
    known.record.version = this.#version;
    const object = render(known, this.#surroundings);
    return { version: this.#version, change: { type, object } };
  }
}

function compareNames(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
