import type { Event } from "../../model/event.ts";
import type { NodeId } from "../../model/ids.ts";
import type { Catalog } from "../../model/launch.ts";
import type { Note } from "../../model/note.ts";
import type { Departures } from "./departures.ts";
import type { EngineClock } from "./engine-clock.ts";
import type { Folders } from "./folders.ts";
import type { GangFiles } from "./gang-files.ts";
import type { WorkClass } from "./kernel/isolation.ts";
import type { Launcher } from "./launcher.ts";
import type { Loopback } from "./loopback.ts";
import type { Ports } from "./ports.ts";
import type { Processes } from "./processes.ts";

/** What the parts of the engine share. */
export interface EngineContext {
  readonly node: NodeId;
  readonly clock: EngineClock;
  readonly catalog: Catalog;
  readonly folders: Folders;
  readonly loopback: Loopback;
  readonly ports: Ports;
  readonly gangFiles: GangFiles;
  readonly processes: Processes;
  readonly departures: Departures;
  readonly launcher: Launcher;
  /** The class that members run in; absent: offline. */
  readonly memberClass?: WorkClass | undefined;
  /** Tells the scheduler; it holds when it is journaled. What is on its way is not told again. */
  readonly tell: (event: Event) => void;
  /** What was told and not taken yet, and is not so any more. */
  readonly withdraw: (isVoid: (event: Event) => boolean) => void;
  /** Whether one of these devices was told as failed, and that is not journaled yet. */
  readonly isFailing: (devices: readonly number[]) => boolean;
  /** Wanted and there are compared once more, when what runs just now is over. */
  readonly pursueSoon: () => void;
  /** Tells people. */
  readonly note: (note: Note) => void;
  /** Takes why a process could not be started: if the system refused that, it is the process' end. */
  readonly refuser: (process: string) => (error: unknown) => void;
  /** The engine cannot go on. */
  readonly fail: (error: unknown) => void;
}
