import { test } from "node:test";
import fc from "fast-check";
import { type Death, EngineLife } from "../../../test/support/local-engine/engine-life.ts";
import type { Pick } from "../../../test/support/local-engine/foreman.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";

const folder = new TempFolder();
let lives = 0;

const DEATHS: readonly Death[] = ["before the journal", "before the engine", "after the engine"];

/** What happens, and which of those that it may happen to. */
const happenings = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(["work", "work", "work", "command", "command", "idle", "pass", "pass", "obey"] as const),
      ...(["obey", "fail", "finish", "slow", "start", "mute", "door", "door"] as const),
      ...(["die", "die", "snapshot", "compare", "reboot", "change", "kill", "device"] as const),
    ),
    which: fc.nat({ max: 1000 }),
  }),
  { minLength: 10, maxLength: 60, size: "max" },
);

type Happening = typeof happenings extends fc.Arbitrary<readonly (infer Value)[]> ? Value : never;

/** Picks of a seed, by the multiplier of Park and Miller. */
function picksOf(seed: number): Pick {
  let state = (seed % 2_147_483_646) + 1;
  return (count) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
}

async function happen(life: EngineLife, { kind, which }: Happening): Promise<void> {
  const { machine } = life;
  const { running } = machine;
  const process = running[which % Math.max(1, running.length)];
  switch (kind) {
    case "work":
      return life.work(true);
    case "idle":
      return life.work(false);
    case "command":
      return life.command();
    case "pass":
      return life.pass([10, 300, 3500, 40_000][which % 4]);
    case "obey":
      for (const id of running) if (machine.workloads.get(id)?.isAsked) machine.end(id, which % 2);
      return life.settle();
    case "kill":
      if (process !== undefined) machine.kill(process);
      return life.settle();
    case "reboot":
      return life.reboot();
    case "change":
      return life.change();
    case "device":
      return life.failDevice();
    case "fail":
    case "finish":
      if (process !== undefined) machine.end(process, kind === "fail" ? 1 : 0);
      return life.settle();
    case "slow":
      machine.isSlow = which % 3 === 0;
      return;
    case "start":
      machine.letStart();
      return life.settle();
    case "mute":
      for (const { replicas } of machine.table.services) {
        for (const { port } of replicas) machine.mute[which % 2 === 0 ? "add" : "delete"](port);
      }
      return;
    case "door":
      return life.observe(new Map([[`s/${which % 4}`, which % 3]]));
    case "die":
      return life.die(DEATHS[which % DEATHS.length]);
    case "snapshot":
      return life.snapshot();
    case "compare":
      return life.compare();
  }
}

test("whatever happens, and whenever the control plane dies: all ordered is done once, and told once", async () => {
  await fc.assert(
    fc.asyncProperty(happenings, fc.nat(), async (all, seed) => {
      lives += 1;
      const life = new EngineLife(folder.resolve(`life-${lives}`), picksOf(seed));
      await life.begin();
      for (const happening of all) await happen(life, happening);
      await life.close();
    }),
    { numRuns: 80, interruptAfterTimeLimit: 60_000 },
  );
});
