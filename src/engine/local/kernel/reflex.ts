import { OFFLINE_MILLI_MIN, UNLIMITED, type OfflineLimit } from "./isolation.ts";
import type { PressureSample } from "./pressure.ts";
import { unreachable } from "../../../model/unreachable.ts";

/**
 * What protects online work before anybody decides anything: samples of pressure go in, orders come
 * out. Pure: time is in the samples.
 *
 *     none ──► throttled ──► frozen ──► evicting        pressed for a while: one step on
 *      ▲        │  ▲ ▲ quarter,│ │         │
 *      └────────┘  └─┘fourfold◄┘ ◄─────────┘            calm for longer: one step back
 *
 * As long as the kernel's order (`cpu.idle`) does its work, online work hardly waits, and offline
 * work has all that is idle: then nothing happens here.
 */

/**
 * Above this share of time spent waiting, online work is harmed. A service at half of a core's load
 * beside offline work that takes all the rest waits 3 % of the time in the median of 50 ms, 12 % in
 * 95 of 100, 17 % at most, and answers as fast as alone: most of it are the microseconds of each
 * wake-up (bench/colocation.ts).
 */
export const CPU_WAIT_HIGH = 0.25;
/** Below this, it is left alone. What lies between changes nothing. */
const CPU_WAIT_LOW = 0.15;
/** Waits for memory are longer, and end with a kill: they count earlier. */
export const MEMORY_STALL_HIGH = 0.05;
const MEMORY_STALL_LOW = 0.01;
/** Pressure for so long is a step on. Two samples: one alone may be a hiccup. */
export const PRESSED_MS = 2 * 50;
/** Calm for so long is a step back, at first. */
const CALM_MS = 500;
/** Pressure so soon after a step back doubles the calm that the next one takes, */
const RELAPSE_MS = 10_000;
/** up to this. */
export const CALM_MS_MAX = 30_000;
/** By what a step divides or multiplies the quota. */
const STEP_FACTOR = 4;
/** Online work that waits for memory so long, while offline work is frozen, needs the memory. */
export const MEMORY_FROZEN_MS = 1000;
/** Online work that takes the whole machine so long leaves nothing that offline work could wait for. */
export const CPU_FROZEN_MS = 10_000;
/** How long an eviction has to help before the next is asked for: a checkpoint takes its time. */
const EVICT_AGAIN_MS = 10_000;

type Level =
  | { readonly kind: "none" }
  | { readonly kind: "throttled"; readonly cpuMilli: number }
  | { readonly kind: "frozen" }
  | { readonly kind: "evicting" };

export interface ReflexState {
  readonly level: Level;
  /** In a row, until now. */
  readonly pressedMs: number;
  readonly calmMs: number;
  /** Calm that the next step back takes. */
  readonly patienceMs: number;
  /** Time of the last step back. */
  readonly easedAtMs: number;
}

export const CALM_STATE: ReflexState = {
  level: { kind: "none" },
  pressedMs: 0,
  calmMs: 0,
  patienceMs: CALM_MS,
  easedAtMs: Number.NEGATIVE_INFINITY,
};

/** What to do with offline work from now on. */
export interface ReflexOrder {
  readonly kind: Level["kind"];
  readonly limit: OfflineLimit;
  /** A step back: offline work is held less than before. */
  readonly isRelief: boolean;
  /** Some offline work is to save a checkpoint and go; which, the caller knows. */
  readonly evict: boolean;
  /** For people, with the numbers. */
  readonly reason: string;
}

export interface Reaction {
  readonly state: ReflexState;
  /** Absent: as before. */
  readonly order?: ReflexOrder;
}

export interface ReflexOptions {
  readonly cores: number;
  /** Whether offline work can have a quota; otherwise it is frozen at once. */
  readonly canThrottle: boolean;
}

/** One sample's consequence. */
export function react(
  state: ReflexState,
  sample: PressureSample,
  options: ReflexOptions,
): Reaction {
  const { isPressed, isCalm, isMemory, words } = judge(sample, state.level);
  const pressedMs = isPressed ? state.pressedMs + sample.spanMs : 0;
  const calmMs = isCalm ? state.calmMs + sample.spanMs : 0;
  const counted = { ...state, pressedMs, calmMs };
  if (pressedMs >= patienceUnder(state.level, isMemory)) {
    const isRelapse = sample.atMs - state.easedAtMs < RELAPSE_MS;
    const patienceMs = isRelapse ? Math.min(CALM_MS_MAX, state.patienceMs * 2) : state.patienceMs;
    const level = escalate(state.level, sample, options);
    const next = { ...counted, level, patienceMs, pressedMs: 0 };
    return move(next, { isRelief: false, reason: `online work ${words}` });
  }
  if (state.level.kind !== "none" && calmMs >= state.patienceMs) {
    const level = relax(state.level, options);
    const reason = `offline work is held less, it ${allowance(level)}: online work has been calm for ${calmMs.toFixed(0)} ms (${words})`;
    const next = { ...counted, level, calmMs: 0, easedAtMs: sample.atMs };
    return move(next, { isRelief: true, reason });
  }
  const isSettled = state.level.kind === "none" && calmMs >= RELAPSE_MS;
  return { state: isSettled ? { ...counted, patienceMs: CALM_MS } : counted };
}

interface Judgement {
  readonly isPressed: boolean;
  readonly isCalm: boolean;
  readonly isMemory: boolean;
  readonly words: string;
}

/**
 * While offline work may run, it cannot have made others wait longer than it ran: what online work
 * waits beyond that, it waits for itself. While offline work is frozen, any wait says that there is
 * nothing idle for it.
 */
function judge(sample: PressureSample, { kind }: Level): Judgement {
  const { memoryStall, offlineCpuMilli } = sample;
  const mayRun = kind === "none" || kind === "throttled";
  const cpuWait = mayRun ? Math.min(sample.cpuWait, offlineCpuMilli / 1000) : sample.cpuWait;
  const isMemory = memoryStall >= MEMORY_STALL_HIGH;
  const beside = `${offlineCpuMilli.toFixed(0)} milli-CPU of offline work`;
  return {
    isPressed: isMemory || cpuWait >= CPU_WAIT_HIGH,
    isCalm: memoryStall <= MEMORY_STALL_LOW && cpuWait <= CPU_WAIT_LOW,
    isMemory,
    words: isMemory
      ? `waits for memory ${percent(memoryStall)} of the time, limit ${percent(MEMORY_STALL_HIGH)}`
      : `waits for the CPU ${percent(sample.cpuWait)} of the time, limit ${percent(CPU_WAIT_HIGH)}, beside ${beside}`,
  };
}

/** How long pressure has to last at a level before the next. */
function patienceUnder({ kind }: Level, isMemory: boolean): number {
  switch (kind) {
    case "none":
    case "throttled":
      return PRESSED_MS;
    case "frozen":
      return isMemory ? MEMORY_FROZEN_MS : CPU_FROZEN_MS;
    case "evicting":
      return EVICT_AGAIN_MS;
    default:
      return unreachable(kind);
  }
}

function escalate(level: Level, sample: PressureSample, { canThrottle }: ReflexOptions): Level {
  switch (level.kind) {
    case "none": {
      if (!canThrottle) return { kind: "frozen" };
      const cpuMilli = Math.round(sample.offlineCpuMilli / STEP_FACTOR);
      return { kind: "throttled", cpuMilli: Math.max(OFFLINE_MILLI_MIN, cpuMilli) };
    }
    case "throttled": {
      const cpuMilli = Math.round(level.cpuMilli / STEP_FACTOR);
      return cpuMilli < OFFLINE_MILLI_MIN ? { kind: "frozen" } : { kind: "throttled", cpuMilli };
    }
    case "frozen":
    case "evicting":
      return { kind: "evicting" };
    default:
      return unreachable(level);
  }
}

function relax(level: Level, { canThrottle, cores }: ReflexOptions): Level {
  switch (level.kind) {
    case "none":
      return level;
    case "throttled": {
      const cpuMilli = level.cpuMilli * STEP_FACTOR;
      return cpuMilli >= cores * 1000 ? { kind: "none" } : { kind: "throttled", cpuMilli };
    }
    case "frozen":
      return canThrottle ? { kind: "throttled", cpuMilli: OFFLINE_MILLI_MIN } : { kind: "none" };
    case "evicting":
      return { kind: "frozen" };
    default:
      return unreachable(level);
  }
}

function move(state: ReflexState, why: Pick<ReflexOrder, "isRelief" | "reason">): Reaction {
  const { level } = state;
  const order = { kind: level.kind, limit: limitOf(level), evict: level.kind === "evicting" };
  return { state, order: { ...order, ...why } };
}

/** What offline work may do, as the rest of a sentence. */
function allowance(level: Level): string {
  switch (level.kind) {
    case "none":
      return "may use all that is idle";
    case "throttled":
      return `may use ${level.cpuMilli} milli-CPU`;
    case "frozen":
    case "evicting":
      return "stays frozen and need not leave";
    default:
      return unreachable(level);
  }
}

function limitOf(level: Level): OfflineLimit {
  switch (level.kind) {
    case "none":
      return UNLIMITED;
    case "throttled":
      return { cpuMilli: level.cpuMilli, isFrozen: false };
    case "frozen":
    case "evicting":
      return { isFrozen: true };
    default:
      return unreachable(level);
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
