import { cpus } from "node:os";
import type { Share } from "../../src/engine/local/kernel/isolation.ts";
import { PressureSampler, SAMPLE_INTERVAL_MS } from "../../src/engine/local/kernel/pressure.ts";
import { CALM_STATE, react, type ReflexOrder } from "../../src/engine/local/kernel/reflex.ts";
import { CORES, type ColocationBed } from "./colocation-bed.ts";

/** A way to run offline work beside a service. */
export interface Condition {
  readonly name: string;
  /** What the burners are granted together; absent: they stand still. */
  readonly share?: Share;
  /** Looks after them until the returned function is called, which tells how often it stepped in. */
  readonly watch?: (bed: ColocationBed) => () => number;
}

/** As much of the machine as the rule of 65 % lets all work use together. */
const RULE_SHARE = 0.65;
const RULE_INTERVAL_MS = 1000;

const ALL: Share = { class: "online", cpuMilli: 1000 * CORES, memoryMiB: 1024 };

/**
 * The service alone, and beside burners. What is not Neuraxis' is in the same class as the service,
 * so the kernel's order is that of two containers.
 */
export const CONDITIONS: readonly Condition[] = [
  { name: "alone" },
  { name: "neuraxis", share: { ...ALL, class: "offline" }, watch: watchPressure },
  { name: "no isolation", share: ALL },
  { name: "fixed quota", share: { ...ALL, cpuMaxMilli: 1000 * (CORES - 1) } },
  { name: "65 % rule", share: { ...ALL, cpuMilli: 1, cpuMaxMilli: 100 }, watch: keepRule },
];

/** What the local engine does all the time. */
function watchPressure({ isolation }: ColocationBed): () => number {
  let orders = 0;
  const stop = reactTo(isolation, ({ limit }) => {
    orders += 1;
    isolation.limitOffline(limit);
  });
  return () => {
    stop();
    isolation.limitOffline({ isFrozen: false });
    return orders;
  };
}

/** Samples pressure, and tells what the reflex orders, until the returned function is called. */
export function reactTo(
  isolation: ColocationBed["isolation"],
  obey: (order: ReflexOrder) => void,
): () => void {
  const sampler = new PressureSampler(isolation, { clock: () => performance.now() });
  let state = CALM_STATE;
  const timer = setInterval(() => {
    const sample = sampler.sample();
    if (sample === undefined) return;
    const reaction = react(state, sample, { cores: CORES, canThrottle: true });
    state = reaction.state;
    if (reaction.order !== undefined) obey(reaction.order);
  }, SAMPLE_INTERVAL_MS);
  return () => clearInterval(timer);
}

/**
 * As colocation agents do that have no order of the kernel's to rely on: once a second, offline work
 * gets what is left of a fixed share of the machine by what all others have used.
 */
function keepRule({ isolation }: ColocationBed): () => number {
  const id = "65 % rule";
  let quotas = 0;
  let [busyMs, offlineMs] = [readBusyMs(), isolation.usage(id).cpuMs];
  const timer = setInterval(() => {
    const [busy, offline] = [readBusyMs(), isolation.usage(id).cpuMs];
    const others = (1000 * (busy - busyMs - (offline - offlineMs))) / RULE_INTERVAL_MS;
    [busyMs, offlineMs] = [busy, offline];
    const cpuMaxMilli = Math.max(10, Math.round(RULE_SHARE * 1000 * CORES - others));
    isolation.make(id, { ...ALL, cpuMilli: 1, cpuMaxMilli });
    quotas += 1;
  }, RULE_INTERVAL_MS);
  return () => {
    clearInterval(timer);
    return quotas;
  };
}

/** CPU time used on the whole machine, in milliseconds. */
export function readBusyMs(): number {
  return cpus().reduce(
    (sum, { times }) => sum + times.user + times.nice + times.sys + times.irq,
    0,
  );
}
