/**
 * What it takes to start again: saving and restoring a scheduler with 1,000 and 10,000 jobs of all
 * kinds, of which a part runs; and how fast a journal of one node is replayed, where each job is
 * submitted, starts and ends, while others wait.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { PlacementModel } from "../src/decide/placement/placement-model.ts";
import { findPolicy } from "../src/decide/policies/registry.ts";
import { type SavedScheduler, Scheduler } from "../src/decide/scheduler.ts";
import type { Event } from "../src/model/event.ts";
import { queueId } from "../src/model/ids.ts";
import { milliseconds } from "../src/model/units.ts";
import { seededRandom } from "../src/simulate/seeded-random.ts";
import {
  equalNodes,
  mixedJob,
  mixedQueues,
  mixedRequests,
  plainGang,
} from "./support/mixed-jobs.ts";
import { formatCount, median } from "./support/numbers.ts";

const ROUNDS = 9;
const JOBS_A_NODE = 20;
const DEVICES = 8;

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "20000" } },
  strict: false,
});

const saves = [1000, 10_000].map(measureSave);
const head = ["jobs", "run", "nodes", "save ms", "with text ms", "MiB", "restore ms", "hash ms"];
process.stdout.write(`${formatTable([head, ...saves])}\n`);
const replays = [0, 100, 1000].map(measureReplay);
process.stdout.write(formatTable([["jobs that wait", "events", "events/s"], ...replays]));

function measureSave(jobs: number): string[] {
  const model = buildModel();
  const nodes = equalNodes(jobs / JOBS_A_NODE, DEVICES);
  const scheduler = new Scheduler(model);
  const random = seededRandom(1);
  const requests = mixedRequests(2);
  for (const node of nodes) scheduler.apply({ kind: "node-added", node });
  for (const queue of mixedQueues(nodes)) scheduler.apply({ kind: "queue-set", queue });
  for (let job = 0; job < jobs; job += 1) {
    scheduler.apply({ kind: "job-submitted", job: mixedJob(job, requests, random) });
  }
  const actions = scheduler.decide(milliseconds(0), random);
  const run = actions.filter(({ kind }) => kind === "start-job").length;
  const text = JSON.stringify(scheduler.save());
  const times = [
    medianMs(() => scheduler.save()),
    medianMs(() => JSON.stringify(scheduler.save())),
    medianMs(() => Scheduler.restore(model, JSON.parse(text) as SavedScheduler)),
    medianMs(() => scheduler.hash()),
  ].map((ms) => ms.toFixed(1));
  const [save, withText, restore, hash] = times;
  const mib = (text.length / 2 ** 20).toFixed(2);
  return [...[jobs, run, nodes.length].map(formatCount), save, withText, mib, restore, hash];
}

/** As a replay does: each entry's events, then a decision. */
function measureReplay(waiting: number): string[] {
  const scheduler = new Scheduler(buildModel());
  const random = seededRandom(1);
  let nowMs = 0;
  let events = 0;
  const tell = (event: Event) => {
    nowMs += 10;
    events += 1;
    const { ok } = scheduler.apply(event, milliseconds(nowMs));
    if (!ok) throw new Error(`${event.kind} is refused`);
    for (const action of scheduler.decide(milliseconds(nowMs), random)) {
      if (action.kind !== "start-job") continue;
      running.push({ job: action.job, attempt: action.attempt });
    }
  };
  const running: Pick<Extract<Event, { kind: "job-started" }>, "job" | "attempt">[] = [];
  const queue = { id: queueId("all"), weight: 1, guaranteed: {}, limit: {}, borrows: true };
  tell({ kind: "queue-set", queue });
  for (const node of equalNodes(1, DEVICES)) tell({ kind: "node-added", node });
  const submit = (job: number) =>
    tell({ kind: "job-submitted", job: plainGang(`job-${job}`, "all", 1) });
  let job = 0;
  while (job < DEVICES + waiting) submit((job += 1));
  const before = events;
  const startMs = performance.now();
  for (let left = Number(values["jobs"]); left > 0; left -= 1) {
    const first = running.shift()!;
    tell({ kind: "job-started", ...first });
    tell({ kind: "job-ended", ...first, outcome: "succeeded" });
    submit((job += 1));
  }
  const seconds = (performance.now() - startMs) / 1000;
  const told = events - before;
  return [waiting, told, told / seconds].map(formatCount);
}

function buildModel(): PlacementModel {
  return new PlacementModel(findPolicy("neuraxis")!, { classes: [] });
}

function medianMs(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  return median(times);
}
