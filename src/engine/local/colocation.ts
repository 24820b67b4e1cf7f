import type { Event } from "../../model/event.ts";
import type { Node } from "../../model/node.ts";
import type { Note } from "../../model/note.ts";
import { milliCpu } from "../../model/units.ts";
import type { EngineClock } from "./engine-clock.ts";
import type { Isolation } from "./kernel/isolation.ts";
import { type OfflineLimit, UNLIMITED } from "./kernel/isolation.ts";
import { PressureSampler, SAMPLE_INTERVAL_MS } from "./kernel/pressure.ts";
import { CALM_STATE, react, type ReflexOrder, type ReflexState } from "./kernel/reflex.ts";
import { isSystemError } from "./system-error.ts";

/** Between two looks whether there is both online and offline work. */
const ALONE_MS = 250;
/** What online work uses is told so often at least while anything of both kinds is there (A7). */
const USE_EVERY_MS = 10_000;
/** A use that has risen by more than this share of the node is told at once. */
const USE_RISE = 0.05;

export interface ColocationOptions {
  readonly node: Node;
  readonly clock: EngineClock;
  readonly tell: (event: Event) => void;
  readonly note: (note: Note) => void;
  /** Whether online and offline work are both there: otherwise nobody can harm anybody. */
  readonly isShared: () => boolean;
}

/**
 * The reflex of one machine: watches how online work fares, holds offline work back while that
 * helps, and tells the scheduler what online work uses.
 */
export class Colocation {
  readonly #isolation: Isolation;
  readonly #options: ColocationOptions;
  readonly #canThrottle: boolean;
  /** Whether the scheduler was told that work has to leave. */
  isPressed = false;
  #sampler: PressureSampler | undefined;
  #state: ReflexState = CALM_STATE;
  #cancel: () => void = () => {};
  #onlineMs = 0;
  #onlineAtMs = 0;
  #mostMilli = 0;
  #toldMilli = 0;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(isolation: Isolation, options: ColocationOptions) {
    this.#isolation = isolation;
    this.#options = options;
    this.#canThrottle = isolation
      .describe()
      .promises.some(({ what, isKept }) => what === "offline-quota" && isKept);
  }

  begin(): void {
    this.#limit(UNLIMITED);
    this.#options.note(this.#isolationNote());
    this.#noteHold("none", "offline work may use all that is idle", "Normal");
    if (this.isPressed) this.#tellPressed(false);
    this.#next();
  }

  close(): void {
    this.#cancel();
  }

  /** What keeps online work from harm on this machine, and what is weaker than it should be. */
  #isolationNote(): Note {
    const { kind, promises } = this.#isolation.describe();
    const weaker = promises.filter(({ isKept }) => !isKept);
    const isWhole = kind !== "none";
    const rest = weaker.map(({ what, by }) => `${what} by ${by}`).join(", ");
    return {
      about: { kind: "Node", name: this.#options.node.id },
      type: isWhole ? "Normal" : "Warning",
      reason: kind,
      message: weaker.length === 0 ? "the kernel keeps every promise" : `weaker: ${rest}`,
      condition: { type: "Isolated", status: isWhole ? "True" : "False" },
    };
  }

  #next(): void {
    const { clock, isShared } = this.#options;
    this.#cancel = clock.after(isShared() ? SAMPLE_INTERVAL_MS : ALONE_MS, () => {
      this.#sample();
      this.#next();
    });
  }

  #sample(): void {
    if (!this.#options.isShared()) return this.#rest();
    if (this.#sampler === undefined) {
      this.#sampler = new PressureSampler(this.#isolation, { clock: () => performance.now() });
      return;
    }
    const { node } = this.#options;
    const sample = this.#sampler.sample();
    if (sample === undefined) return;
    const options = { cores: node.cpu / 1000, canThrottle: this.#canThrottle };
    const { state, order } = react(this.#state, sample, options);
    this.#state = state;
    if (order !== undefined) this.#obey(order);
    this.#observeUse();
  }

  /** With only one kind of work there is nothing to hold back. */
  #rest(): void {
    if (this.#sampler === undefined) return;
    this.#sampler = undefined;
    if (this.#state.level.kind !== "none") {
      this.#limit(UNLIMITED);
      this.#noteHold("none", "there is only one kind of work now", "Normal");
      if (this.isPressed) this.#tellPressed(false);
    }
    this.#state = CALM_STATE;
  }

  #obey({ kind, limit, evict, reason, isRelief }: ReflexOrder): void {
    this.#limit(limit);
    this.#noteHold(kind, reason, isRelief ? "Normal" : "Warning");
    if (evict || (this.isPressed && kind !== "evicting")) this.#tellPressed(evict);
  }

  /** What the kernel refuses is told: the reflex goes on to its next step if that does not help. */
  #limit(limit: OfflineLimit): void {
    try {
      this.#isolation.limitOffline(limit);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#options.note({
        about: { kind: "Node", name: this.#options.node.id },
        type: "Warning",
        reason: "hold-refused",
        message: `offline work cannot be held back or let go: ${error.message}`,
      });
    }
  }

  /** Nothing else helped: work has to leave, or need not any more (A8). */
  #tellPressed(isPressed: boolean): void {
    this.#options.tell({ kind: "node-pressed", node: this.#options.node.id, isPressed });
  }

  #noteHold(kind: ReflexOrder["kind"], message: string, type: Note["type"]): void {
    const isHeld = kind !== "none";
    this.#options.note({
      about: { kind: "Node", name: this.#options.node.id },
      type,
      reason: isHeld ? kind : "released",
      message,
      condition: { type: "Throttled", status: isHeld ? "True" : "False" },
    });
  }

  /** What online work uses, as the most of some windows of a second. */
  #observeUse(): void {
    const { clock, node, tell } = this.#options;
    if (node.overcommit === undefined) return;
    const nowMs = clock.nowMs();
    const spanMs = nowMs - this.#onlineAtMs;
    if (spanMs < 1000) return;
    const onlineMs = this.#isolation.classUsage("online").cpuMs;
    const usedMilli = Math.max(0, ((onlineMs - this.#onlineMs) / spanMs) * 1000);
    const isFirst = this.#onlineAtMs === 0 || onlineMs < this.#onlineMs;
    this.#onlineMs = onlineMs;
    this.#onlineAtMs = nowMs;
    if (isFirst) return;
    this.#mostMilli = Math.max(this.#mostMilli, Math.min(node.cpu, usedMilli));
    const hasRisen = this.#mostMilli > this.#toldMilli + USE_RISE * node.cpu;
    if (!hasRisen && nowMs - this.#toldAtMs < USE_EVERY_MS) return;
    const cpuUsed = milliCpu(Math.round(this.#mostMilli));
    this.#toldMilli = cpuUsed;
    this.#toldAtMs = nowMs;
    this.#mostMilli = 0;
    tell({ kind: "node-observed", node: node.id, cpuUsed });
  }
}
