import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { OFFLINE_MILLI_MIN } from "./isolation.ts";
import type { PressureSample } from "./pressure.ts";
import {
  CALM_MS_MAX,
  CALM_STATE,
  CPU_FROZEN_MS,
  CPU_WAIT_HIGH,
  MEMORY_FROZEN_MS,
  MEMORY_STALL_HIGH,
  PRESSED_MS,
  react,
  type ReflexOptions,
  type ReflexOrder,
  type ReflexState,
} from "./reflex.ts";

const CORES = 4;
const OPTIONS: ReflexOptions = { cores: CORES, canThrottle: true };
const RANKS: readonly ReflexOrder["kind"][] = ["none", "throttled", "frozen", "evicting"];
/** Quotas between all cores and the least, each a quarter of the one before. */
const STEPS_MAX = Math.ceil(Math.log(CORES * 20) / Math.log(4)) + 1;

type Course = Omit<PressureSample, "atMs" | "costMs" | "onlineCpuMilli">;

const share = fc.oneof(
  fc.constantFrom(0, 0.03, 0.2, 0.3, 1),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
const fields = {
  spanMs: fc.integer({ min: 1, max: 400 }),
  cpuWait: share,
  memoryStall: share,
  offlineCpuMilli: fc.integer({ min: 0, max: CORES * 1000 }),
};
const anySample: fc.Arbitrary<Course> = fc.record(fields);
const anyCourse = fc.array(anySample, { maxLength: 300 });

interface Told {
  readonly state: ReflexState;
  readonly orders: readonly (ReflexOrder & { readonly atMs: number })[];
  readonly atMs: number;
}

function run(course: readonly Course[], options = OPTIONS, from?: Told): Told {
  let { state, atMs } = from ?? { state: CALM_STATE, atMs: 0 };
  const orders: (ReflexOrder & { atMs: number })[] = [];
  for (const sample of course) {
    atMs += sample.spanMs;
    const reaction = react(state, { onlineCpuMilli: 0, costMs: 0, atMs, ...sample }, options);
    state = reaction.state;
    if (reaction.order !== undefined) orders.push({ ...reaction.order, atMs });
  }
  return { state, orders, atMs };
}

/** The same sample, 20 times a second. */
function hold(ms: number, sample: Partial<Course>): readonly Course[] {
  const calm = { spanMs: 50, cpuWait: 0, memoryStall: 0, offlineCpuMilli: 0 };
  return Array.from({ length: Math.ceil(ms / 50) }, () => ({ ...calm, ...sample }));
}

test("offline work is throttled, then frozen, then evicted, and comes back the same way", () => {
  fc.assert(
    fc.property(anyCourse, (course) => {
      let rank = 0;
      for (const { kind } of run(course).orders) {
        const next = RANKS.indexOf(kind);
        assert.ok(Math.abs(next - rank) <= 1, `${RANKS[rank]} is followed by ${kind}`);
        rank = next;
      }
    }),
  );
});

test("a quota lies between the least and all cores, and stands in throttled orders alone", () => {
  fc.assert(
    fc.property(anyCourse, (course) => {
      for (const { kind, limit, evict } of run(course).orders) {
        const { cpuMilli } = limit;
        assert.equal(kind === "throttled", cpuMilli !== undefined);
        assert.equal(limit.isFrozen, kind === "frozen" || kind === "evicting");
        assert.equal(evict, kind === "evicting");
        if (cpuMilli !== undefined) {
          assert.ok(cpuMilli >= OFFLINE_MILLI_MIN && cpuMilli < CORES * 1000);
        }
      }
    }),
  );
});

test("offline work that uses all that is idle is no pressure", () => {
  const busy = fc.record({
    ...fields,
    cpuWait: fc.double({ min: 0, max: CPU_WAIT_HIGH * 0.99, noNaN: true }),
    memoryStall: fc.double({ min: 0, max: MEMORY_STALL_HIGH * 0.99, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(busy), (course) => assert.deepEqual(run(course).orders, [])));
});

test("what online work waits for itself is no pressure: offline work hardly ran", () => {
  const yielded = fc.record({
    ...fields,
    memoryStall: fc.constant(0),
    offlineCpuMilli: fc.double({ min: 0, max: CPU_WAIT_HIGH * 999, noNaN: true }),
  });
  fc.assert(fc.property(fc.array(yielded), (course) => assert.deepEqual(run(course).orders, [])));
});

test("one sample alone is a hiccup", () => {
  const { orders } = run([
    ...hold(50, { cpuWait: 1, memoryStall: 1, offlineCpuMilli: 4000 }),
    ...hold(1000, { offlineCpuMilli: 4000 }),
  ]);
  assert.deepEqual(orders, []);
});

test("lasting waits for the CPU throttle within two samples, and freeze soon after", () => {
  fc.assert(
    fc.property(fc.double({ min: CPU_WAIT_HIGH, max: 1, noNaN: true }), (cpuWait) => {
      const { orders } = run(hold(20_000, { cpuWait, offlineCpuMilli: 1500 }));
      assert.equal(orders[0]?.kind, "throttled");
      assert.equal(orders[0]?.atMs, PRESSED_MS);
      const frozen = orders.find(({ kind }) => kind === "frozen");
      assert.ok(frozen !== undefined && frozen.atMs <= PRESSED_MS * (STEPS_MAX + 1));
      const evicted = orders.find(({ evict }) => evict);
      assert.equal(evicted?.atMs, frozen.atMs + CPU_FROZEN_MS);
    }),
  );
});

test("want of memory evicts soon after freezing, whatever offline work runs", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: CORES * 1000 }), (offlineCpuMilli) => {
      const { orders } = run(hold(5000, { memoryStall: 0.2, offlineCpuMilli }));
      const frozen = orders.find(({ kind }) => kind === "frozen");
      const evicted = orders.find(({ evict }) => evict);
      assert.equal(evicted?.atMs, (frozen?.atMs ?? 0) + MEMORY_FROZEN_MS);
    }),
  );
});

test("from any state, calm gives offline work everything back", () => {
  fc.assert(
    fc.property(anyCourse, fc.boolean(), (course, canThrottle) => {
      const options = { cores: CORES, canThrottle };
      const before = run(course, options);
      const calmMs = (CALM_MS_MAX + 50) * (STEPS_MAX + 3);
      const after = run(hold(calmMs, { offlineCpuMilli: 4000 }), options, before);
      assert.deepEqual(after.state.level, { kind: "none" });
    }),
    { numRuns: 30 },
  );
});

test("pressure that comes back with each recovery is probed ever less often", () => {
  const wave = Array.from({ length: 600 }, () => [
    ...hold(200, { cpuWait: 0.5, offlineCpuMilli: 2000 }),
    ...hold(800, { offlineCpuMilli: 2000 }),
  ]).flat();
  const { orders } = run(wave);
  const [early, late] = [0, 300_000].map(
    (fromMs) => orders.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + 10_000).length,
  );
  assert.ok(orders.length < 60 && late < early, `${orders.length} orders, ${early} then ${late}`);
});

test("without quotas offline work is frozen at once, and goes on at once", () => {
  const options = { cores: CORES, canThrottle: false };
  const { orders } = run(
    [...hold(200, { cpuWait: 0.5, offlineCpuMilli: 2000 }), ...hold(2000, { offlineCpuMilli: 0 })],
    options,
  );
  assert.deepEqual(
    orders.map(({ kind }) => kind),
    ["frozen", "none"],
  );
});

test("a step back is told as relief, with what offline work may use from then on", () => {
  const pressed = hold(200, { cpuWait: 0.4, offlineCpuMilli: 1500 });
  const { orders } = run([...pressed, ...hold(600, { offlineCpuMilli: 300 })]);
  assert.deepEqual(
    orders.map(({ kind, isRelief }) => `${kind} ${isRelief}`),
    ["throttled false", "throttled false", "throttled true"],
  );
  assert.match(orders[2]?.reason ?? "", /^offline work is held less, it may use 376 milli-CPU: /);
});

test("the reason tells the numbers", () => {
  const { orders } = run(hold(200, { cpuWait: 0.4, offlineCpuMilli: 1500 }));
  assert.equal(
    orders[0]?.reason,
    "online work waits for the CPU 40.0 % of the time, limit 25.0 %, beside 1500 milli-CPU of offline work",
  );
});
