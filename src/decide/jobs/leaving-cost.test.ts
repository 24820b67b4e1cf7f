import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { noRandom } from "../../../test/support/scripted-random.ts";
import type { BatchJob, Checkpointing } from "../../model/job.ts";
import { milliseconds } from "../../model/units.ts";
import { Ground } from "../ground.ts";
import { PlacementModel } from "../placement/placement-model.ts";
import { findPolicy } from "../policies/registry.ts";
import { minimumPieces, placeGang } from "./gang-placer.ts";
import { JobBook } from "./job-book.ts";
import { cheapestLeaving, type Leaving } from "./leaving-cost.ts";

const SECOND = 1000;

/** The job has run since 0 on a node of two devices, 8 cores and 1000 MiB of memory. */
function leaving(job: BatchJob, atMs: number, change: { graceMs?: number; reserve?: number } = {}) {
  const ground = new Ground(new PlacementModel(findPolicy("best-fit")!, { classes: [] }));
  const node = buildNode({ id: "n", cpu: 8000, memory: 1000, devices: [1000, 1000] });
  const row = ground.table.add({ node, kind: ground.model.kinds.intern("A")! });
  ground.rowOf.set(node.id, row);
  const book = new JobBook(ground);
  book.queues.set(buildQueue({ id: "q" }));
  const record = book.add(job, 0, 0);
  const members = placeGang(ground, minimumPieces(record, record.classes), 0, noRandom)!;
  book.toRunning(record, members);
  const { graceMs = 30 * SECOND, reserve = 0 } = change;
  return cheapestLeaving(book, record, { nowMs: atMs, graceMs, reserve, maySuspend: true });
}

function checkpointing(change: Partial<Checkpointing> = {}): Pick<BatchJob, "checkpoint"> {
  const checkpoint = {
    everyMs: milliseconds(600 * SECOND),
    saveMs: milliseconds(20 * SECOND),
    restartMs: milliseconds(60 * SECOND),
    onRequest: true,
    ...change,
  };
  return { checkpoint };
}

function told({ way, lostWork }: Leaving): string {
  return `${way} ${lostWork / 1000 / SECOND}`;
}

test("V5: killed, a job loses what it ran since its last checkpoint, times its devices", () => {
  assert.equal(told(leaving(buildJob({ id: "j" }), 100 * SECOND)), "kill 100");
  assert.equal(told(leaving(buildJob({ id: "j", min: 2 }), 100 * SECOND)), "kill 200");
  const half = buildRequest({ cpu: 1000, count: 1, milli: 500 });
  assert.equal(told(leaving(buildJob({ id: "j", request: half }), 100 * SECOND)), "kill 50");
});

test("V5: without devices a core counts a sixteenth of one", () => {
  const request = buildRequest({ cpu: 8000 });
  assert.equal(told(leaving(buildJob({ id: "j", request }), 100 * SECOND)), "kill 50");
});

test("V5: with a checkpoint on request it loses the time to save and to restart, if that is less", () => {
  const job = { ...buildJob({ id: "j" }), ...checkpointing() };
  assert.equal(told(leaving(job, 100 * SECOND)), "save 80");
  assert.equal(told(leaving(job, 20 * SECOND)), "save 80", "killed, it would also lose 20 + 60");
  assert.equal(told(leaving(job, 19 * SECOND)), "kill 79");
});

test("V5: nobody saves longer than the grace, or unasked", () => {
  const job = { ...buildJob({ id: "j" }), ...checkpointing() };
  assert.equal(told(leaving(job, 100 * SECOND, { graceMs: 19 * SECOND })), "kill 160");
  const silent = { ...buildJob({ id: "j" }), ...checkpointing({ onRequest: false }) };
  assert.equal(told(leaving(silent, 100 * SECOND)), "kill 160");
});

test("V5: suspended, it loses the time to suspend and to resume, if host memory and grace allow it", () => {
  const asleep = { suspendMs: 2 * SECOND, resumeMs: 3 * SECOND, hostMemory: 600 };
  const request = buildRequest({ cpu: 1000, memory: 300, count: 1 });
  const job = buildJob({ id: "j", request, ...asleep });
  assert.equal(told(leaving(job, 100 * SECOND)), "suspend 5");
  assert.equal(told(leaving(job, 100 * SECOND, { reserve: 100 })), "suspend 5");
  assert.equal(told(leaving(job, 100 * SECOND, { reserve: 101 })), "kill 100");
  assert.equal(told(leaving(job, 100 * SECOND, { graceMs: SECOND })), "kill 100");
  assert.equal(told(leaving(job, 5 * SECOND)), "suspend 5", "equal to what killing loses");
  assert.equal(told(leaving(job, 4 * SECOND)), "kill 4");
});

test("V5: a checkpoint that takes exactly the grace fits into it", () => {
  const job = { ...buildJob({ id: "j" }), ...checkpointing() };
  assert.equal(told(leaving(job, 100 * SECOND, { graceMs: 20 * SECOND })), "save 80");
});
