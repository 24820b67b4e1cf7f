import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { type CpuTime, NO_TIME } from "./cpu-time.ts";

/** What was measured of requests, in milliseconds from the time at which each was to be sent. */
export interface Requests {
  readonly latenciesMs: number[];
  failed: number;
}

/** CPU time of all cores, and how long that was. */
export interface PhaseTime {
  readonly spanMs: number;
  readonly cpu: CpuTime;
}

/** All that a run of the main job remembers when it is killed: kept as JSON. */
export interface RunState {
  readonly version: number;
  /** Seconds that the training beside requests is planned for. */
  readonly seconds: number;
  readonly startedMs: number;
  /** When it was finished; milliseconds since 1970, as `startedMs`. */
  endedMs?: number;
  /** Time that it has run for, pauses between two starts left out. */
  ranMs: number;
  /** Times that it was ended before it was finished, and started again. */
  interruptions: number;
  /** Last step of the training; absent until its speed is known. */
  steps?: number;
  /** Whether the requests were measured alone. */
  isAloneDone: boolean;
  readonly alone: Requests;
  readonly beside: Requests;
  /** While the service moved to the new checkpoint. */
  readonly moving: Requests;
  /** CPU time while requests were alone, and while they met training. */
  readonly cpu: { alone: PhaseTime; beside: PhaseTime };
  /** Bits per character on held-out text by step. */
  readonly curve: Record<number, number>;
  /** What the model wrote from the early checkpoint, and from the last. */
  textBefore?: string;
  textAfter?: string;
  /** Process of the control plane that answered last; absent if that was ended in good order. */
  planePid?: number;
  /** Times that another control plane answered than the one before, which was killed. */
  planeRestarts: number;
  isFinished: boolean;
}

const VERSION = 2;

export function newState(seconds: number): RunState {
  return {
    version: VERSION,
    seconds,
    startedMs: Date.now(),
    ranMs: 0,
    interruptions: 0,
    isAloneDone: false,
    alone: { latenciesMs: [], failed: 0 },
    beside: { latenciesMs: [], failed: 0 },
    moving: { latenciesMs: [], failed: 0 },
    cpu: { alone: { spanMs: 0, cpu: NO_TIME }, beside: { spanMs: 0, cpu: NO_TIME } },
    curve: {},
    planeRestarts: 0,
    isFinished: false,
  };
}

/** A control plane answers: it may be another one than the last. */
export function meetPlane(state: RunState, pid: number): void {
  if (state.planePid !== undefined && state.planePid !== pid) state.planeRestarts += 1;
  state.planePid = pid;
}

/** The run that a file tells of; undefined if there is none that this program understands. */
export function readState(file: string): RunState | undefined {
  try {
    const state = JSON.parse(readFileSync(file, "utf8")) as RunState;
    return state.version === VERSION ? state : undefined;
  } catch {
    // There is no run, or one that never began.
    return undefined;
  }
}

/** Whole or not at all. */
export function writeState(file: string, state: RunState): void {
  writeFileSync(`${file}.new`, JSON.stringify(state), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
