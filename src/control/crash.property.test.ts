import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CancelAnswer } from "../api/answers.ts";
import type { Result } from "../model/result.ts";
import type { ApiFailure } from "./control-plane.ts";
import { ControlBed, jobText, read, serviceText } from "../../test/support/control-bed.ts";
import { replayEntry } from "./replay-entry.ts";
import { schedulerMaker } from "./make-scheduler.ts";
import type { SnapshotState } from "./recover.ts";
import { Views } from "./views/views.ts";

const NO_VERSIONS = { dryRun: false, versions: new Map<string, string>() };
const JOBS = ["a", "b", "c", "d"];
const END_MS = 120_000;

/** Where in its turn the control plane dies. */
const MOMENTS = ["before the journal", "before the engine", "after the engine"] as const;

/** A life: jobs that come one after the other, some that fail or are cancelled, and deaths at entries. */
const lives = fc.record({
  deaths: fc.array(
    fc.record({
      /** Entries after the last death. */
      entries: fc.integer({ min: 1, max: 6 }),
      moment: fc.constantFrom(...MOMENTS),
      downMs: fc.constantFrom(0, 0, 700),
    }),
    { maxLength: 6 },
  ),
  jobs: fc.array(
    fc.record({
      afterMs: fc.constantFrom(0, 0, 300, 2000),
      workMs: fc.integer({ min: 1, max: 4000 }),
      cpu: fc.integer({ min: 1, max: 2 }),
      priority: fc.integer({ min: 0, max: 2 }),
      fails: fc.boolean(),
      /** After it came; absent: it is not cancelled. */
      cancelMs: fc.constantFrom(undefined, undefined, 0, 200, 2000),
    }),
    { minLength: JOBS.length, maxLength: JOBS.length },
  ),
  snapshotEntries: fc.constantFrom(1, 3, 1000),
});

type Life = typeof lives extends fc.Arbitrary<infer Value> ? Value : never;

class Death extends Error {}

/** A bed whose control plane dies as planned, and is started again each time. */
class MortalBed {
  readonly bed: ControlBed;
  readonly texts: readonly string[];
  readonly #life: Life;
  #deaths = 0;

  constructor(life: Life) {
    this.#life = life;
    this.texts = life.jobs.map(({ cpu, priority }, index) =>
      jobText(
        JOBS[index],
        `priority: ${priority}`,
        `resources: {cpu: ${cpu}, memory: 64Mi}`,
        "retries: {max: 1, backoff: 100ms}",
      ),
    );
    const plans = life.jobs.map(({ workMs, fails }, index) => {
      const failures = fails ? [{ attempt: 1, afterMs: Math.ceil(workMs / 2) }] : [];
      return [JOBS[index], { workMs, failures }] as const;
    });
    const manifests = [...this.texts, serviceText("s", "resources: {cpu: 500m, memory: 64Mi}")];
    this.bed = new ControlBed({
      manifests: manifests.join(""),
      jobs: Object.fromEntries(plans),
      cores: 3,
      snapshotEntries: life.snapshotEntries,
    });
  }

  /** Starts a control plane that dies at its time, if it is to die once more. */
  start(): void {
    const { bed } = this;
    const death = this.#life.deaths[this.#deaths];
    const { simulation, journal } = bed;
    journal.watch = () => {};
    simulation.watch = () => {};
    if (death !== undefined) {
      const last = journal.sequence + death.entries;
      journal.watch = (moment, sequence) => {
        if (sequence < last) return;
        if (death.moment === "before the journal" && moment === "before") throw new Death();
        if (death.moment === "before the engine" && moment === "after") throw new Death();
      };
      simulation.watch = () => {
        if (death.moment === "after the engine" && journal.sequence >= last) throw new Death();
      };
    }
    bed.start();
    bed.control.done.catch((error: unknown) => {
      if (!(error instanceof Death)) throw error;
      this.isDead = true;
    });
  }

  isDead = false;

  /** Starts it again, if it has died, until it lives. */
  async revive(): Promise<void> {
    await this.bed.simulation.settle();
    while (this.isDead) {
      const { downMs, moment } = this.#life.deaths[this.#deaths];
      this.#deaths += 1;
      this.isDead = false;
      this.bed.simulation.close();
      // What was ordered and not begun is impossible once it ended; the simulation says so.
      if (moment !== "before the engine") await this.bed.advance(downMs);
      this.start();
      await this.bed.simulation.settle();
    }
  }

  async advance(ms: number): Promise<void> {
    const untilMs = this.bed.simulation.nowMs + ms;
    do {
      await this.revive();
      await this.bed.simulation.advance(untilMs, () => this.isDead);
    } while (this.isDead);
  }

  async apply(text: string): Promise<void> {
    await this.#repeat(() => this.bed.control.apply(read(text), NO_VERSIONS));
  }

  async cancel(job: string): Promise<CancelAnswer["outcome"]> {
    const { outcome } = await this.#repeat(() => this.bed.control.cancel(job, undefined));
    return outcome;
  }

  /** Asks until it is answered: a client that repeats what it got no answer for. */
  async #repeat<Answer>(ask: () => Promise<Result<Answer, ApiFailure>>): Promise<Answer> {
    for (;;) {
      await this.revive();
      const answer = ask();
      await this.bed.simulation.settle();
      const result = await answer;
      if (result.ok) return result.value;
      assert.equal(result.reason.code, "shutting-down", JSON.stringify(result.reason));
    }
  }
}

test("whenever the control plane dies, nothing is lost and nothing is done twice", async () => {
  await fc.assert(
    fc.asyncProperty(lives, async (life) => {
      const mortal = new MortalBed(life);
      const { bed } = mortal;
      mortal.start();
      await mortal.apply(serviceText("s", "resources: {cpu: 500m, memory: 64Mi}"));
      const cancelled = new Set<string>();
      for (const [index, { afterMs, cancelMs }] of life.jobs.entries()) {
        await mortal.advance(afterMs);
        await mortal.apply(mortal.texts[index]);
        if (cancelMs === undefined) continue;
        await mortal.advance(cancelMs);
        if ((await mortal.cancel(JOBS[index])) !== "ended") cancelled.add(JOBS[index]);
      }
      await mortal.advance(END_MS);
      // The simulation throws for what is ordered twice; here is what it saw.
      for (const { id, outcome, attempts } of bed.simulation.simulated.books.jobs) {
        const { phase, attempt } = bed.job(id).status;
        const expected = cancelled.has(id)
          ? [id, "Cancelled", outcome]
          : [id, "Succeeded", "succeeded"];
        assert.deepEqual([id, phase, outcome], expected);
        assert.ok(attempts <= attempt);
      }
      // Nothing is left but the service.
      const node = bed.control.get("Node", "local");
      assert.ok(node?.kind === "Node" && node.status.held.cpu === 500);
      assert.equal(bed.service("s").status.replicas.ready, 1);
      bed.control.stop();
      await bed.control.done;
      checkReplay(bed);
    }),
    { numRuns: 40 },
  );
});

/** The journal's entries give every decision and state again, and the views that the control plane shows. */
function checkReplay({ journal, control }: ControlBed): void {
  const maker = schedulerMaker(journal.origin);
  const scheduler = maker.blank();
  const views = new Views();
  const again = new Views();
  const hashes = new Map<number, string>();
  for (const snapshot of journal.snapshots()) {
    const { scheduler: saved } = snapshot.state as SnapshotState;
    hashes.set(snapshot.sequence, maker.restore(saved).hash());
  }
  assert.ok(hashes.has(journal.sequence));
  for (const numbered of journal.entriesAfter(0)) {
    const { sequence, entry } = numbered;
    replayEntry(scheduler, numbered, journal.origin.seed);
    if (hashes.has(sequence)) assert.equal(scheduler.hash(), hashes.get(sequence));
    views.fold(entry);
    again.fold(entry);
  }
  assert.deepEqual(again.save(), views.save());
  const restored = Views.restore(JSON.parse(JSON.stringify(views.save())));
  for (const kind of ["BatchJob", "ModelService", "Queue", "Node", "Replica"] as const) {
    assert.deepEqual(views.list(kind), control.list(kind).objects);
    assert.deepEqual(restored.list(kind), views.list(kind));
  }
  assert.deepEqual(JSON.stringify(restored.save()), JSON.stringify(views.save()));
}
