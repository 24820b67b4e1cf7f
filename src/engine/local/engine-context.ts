import type { Event } from "../../model/event.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Catalog } from "../../model/launch.ts";
import type { Note } from "../../model/note.ts";
import type { Departures } from "./departures.ts";
import type { EngineClock } from "./engine-clock.ts";
import type { Folders } from "./folders.ts";
import type { Launcher } from "./launcher.ts";
import type { Ports } from "./ports.ts";
import type { Processes } from "./processes.ts";

/** What the parts of the engine share. */
export interface EngineContext {
  readonly node: NodeId;
  readonly clock: EngineClock;
  readonly catalog: Catalog;
  readonly folders: Folders;
  readonly ports: Ports;
  readonly processes: Processes;
  readonly departures: Departures;
  readonly launcher: Launcher;
  /** Tells the scheduler; what follows from it holds at once. */
  tell(event: Event): void;
  /** Tells people. */
  note(note: Note): void;
  /** Drops a process when what was told of its end is journaled. */
  forget(id: string): void;
  /** The engine cannot go on. */
  fail(error: unknown): void;
}
