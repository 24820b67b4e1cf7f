import type { EngineContext } from "./engine-context.ts";
import type { EngineClock } from "./engine-clock.ts";
import type { Note } from "../../model/note.ts";
import { inWords } from "./gang-data.ts";
import type { ProcessEnd, ProcessSpec, Processes, ProcessState } from "./processes.ts";

/** Wait before a start after so many ends in a row, and the life after which it counts as sound. */
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 5000;
const SOUND_MS = 10_000;

/** Share of such a process: enough that nobody waits for it. */
const CPU_MILLI = 1000;
const MEMORY_MIB = 1024;

/** What a process that the engine itself needs is started with. */
export function systemSpec(
  id: string,
  argv: readonly string[],
  { folders, launcher }: Pick<EngineContext, "folders" | "launcher">,
): ProcessSpec {
  return {
    id,
    argv,
    env: launcher.inherited,
    cwd: folders.root,
    ...folders.outputOf(id),
    share: { class: "online", cpuMilli: CPU_MILLI, memoryMiB: MEMORY_MIB },
  };
}

/** A process that the engine itself needs, such as the door: it is started again whenever it ends. */
export class SystemProcess {
  readonly #spec: ProcessSpec;
  readonly #processes: Processes;
  readonly #clock: EngineClock;
  readonly #note: (note: Omit<Note, "about">) => void;
  #startedMs = 0;
  #ends = 0;

  constructor(
    spec: ProcessSpec,
    processes: Processes,
    clock: EngineClock,
    note: (note: Omit<Note, "about">) => void,
  ) {
    this.#spec = spec;
    this.#processes = processes;
    this.#clock = clock;
    this.#note = note;
  }

  get id(): string {
    return this.#spec.id;
  }

  begin(states: ReadonlyMap<string, ProcessState>): void {
    const state = states.get(this.id);
    const { share } = this.#spec;
    if (state?.kind === "running") return share && this.#processes.adopt(this.id, share);
    if (state?.kind === "ended") this.#processes.forget(this.id);
    this.#start();
  }

  onEnded(end: ProcessEnd): void {
    const isSound = this.#clock.nowMs() - this.#startedMs > SOUND_MS;
    this.#ends = isSound ? 1 : this.#ends + 1;
    this.#note({
      type: "Warning",
      reason: "system-process-ended",
      message: `${this.id} ${inWords(end)}; it is started again`,
    });
    this.#processes.forget(this.id);
    const backoffMs = Math.min(BACKOFF_MS * 2 ** (this.#ends - 1), BACKOFF_MAX_MS);
    this.#clock.after(backoffMs, () => this.#start());
  }

  #start(): void {
    this.#startedMs = this.#clock.nowMs();
    this.#processes.start(this.#spec);
  }
}
