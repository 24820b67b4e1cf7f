import assert from "node:assert/strict";
import { jobId, serviceId } from "../../../src/model/ids.ts";
import {
  grow,
  resume,
  shrink,
  sleepReplica,
  start,
  stop,
  stopReplica,
  suspend,
  wakeReplica,
} from "../hand-driven-engine.ts";
import type { ContractCase, JobInBeats } from "./contract-case.ts";

/** It never ends by itself, and takes so many beats to leave. */
const holder = (id: string, save: number): JobInBeats => ({
  id,
  work: 100,
  checkpoint: [100, save],
});

/** How gangs begin and leave, and what waits for whom. */
export const GANG_CASES: readonly ContractCase[] = [
  {
    name: "a wake-up comes no earlier than asked for; one in the past comes at once",
    async play(stage) {
      await stage.pass(1);
      await stage.pass(-1);
      assert.deepEqual(stage.toldButSaved, []);
    },
  },
  {
    name: "a gang is told as started once, when the last of its places has been left",
    jobs: [holder("k", 2), { id: "j", work: 2, min: 2 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/1"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), start("j", 1, "0 a/0, 1 a/1", 1));
      await stage.until("succeeded j 1");
      assert.deepEqual(stage.toldButSaved, [
        "started k 1",
        "departed 1",
        "started j 1",
        "succeeded j 1",
      ]);
    },
  },
  {
    name: "what waits for several departures begins after the last",
    jobs: [holder("k", 1), holder("l", 4), { id: "j", work: 100, min: 2 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"), start("l", 1, "0 a/1"));
      await stage.until("started k 1", "started l 1");
      stage.order(stop("l", true, 2), stop("k", true, 1), start("j", 1, "0 a/0, 1 a/1", 1, 2));
      await stage.until("started j 1");
      assert.deepEqual(stage.toldButSaved.slice(2), ["departed 1", "departed 2", "started j 1"]);
    },
  },
  {
    name: "what waits for departures that are over begins at once",
    jobs: [holder("k", 0), { id: "j", work: 100 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", false, 1));
      await stage.until("departed 1");
      stage.order(start("j", 1, "0 a/0", 1));
      await stage.until("started j 1");
    },
  },
  {
    name: "a gang that is stopped before it began departs and never begins",
    jobs: [holder("k", 3), holder("j", 3), { id: "l", work: 100 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), start("j", 1, "0 a/0", 1));
      await stage.pass(1);
      stage.order(stop("j", true, 2), start("l", 1, "0 a/0", 1, 2));
      await stage.until("started l 1");
      await stage.pass(2);
      assert.deepEqual(stage.toldButSaved.slice(1), ["departed 2", "departed 1", "started l 1"]);
    },
  },
  {
    name: "a gang that is suspended before it began departs, and begins when it is resumed",
    jobs: [holder("k", 3), { id: "j", work: 100 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), start("j", 1, "0 a/0", 1));
      await stage.pass(1);
      stage.order(suspend("j", 2));
      await stage.until("departed 1");
      await stage.pass(2);
      assert.deepEqual(stage.toldButSaved.slice(1), ["departed 2", "departed 1"]);
      stage.order(resume("j", "0 a/0"));
      await stage.until("started j 1");
    },
  },
  {
    name: "a gang that is cancelled before it began departs and never begins",
    jobs: [holder("k", 6), { id: "j", work: 2 }],
    events: [[4, { kind: "job-cancelled", job: jobId("j") }]],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), start("j", 1, "0 a/0", 1));
      await stage.until("cancelled j");
      stage.order(stop("j", false, 2));
      await stage.until("departed 1");
      await stage.pass(2);
      assert.deepEqual(stage.toldButSaved.slice(1), ["cancelled j", "departed 2", "departed 1"]);
    },
  },
  {
    name: "a member that leaves before it joined departs, and its place is free",
    jobs: [holder("k", 3), { id: "j", work: 100, max: 2 }, { id: "l", work: 100 }],
    async play(stage) {
      stage.order(start("k", 1, "0 a/1"), start("j", 1, "0 a/0"));
      await stage.until("started k 1", "started j 1");
      stage.order(stop("k", true, 1), grow("j", "1 a/1", 1));
      await stage.pass(1);
      stage.order(shrink("j", [1], 2), start("l", 1, "0 a/1", 1, 2));
      await stage.until("started l 1");
      assert.deepEqual(stage.toldButSaved.slice(2), ["departed 2", "departed 1", "started l 1"]);
    },
  },
  {
    name: "members that are taken away depart once; the others go on, and leave all places at the end",
    jobs: [
      { id: "j", work: 10, max: 3 },
      { id: "k", work: 1 },
      { id: "l", work: 100, min: 3 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      stage.order(grow("j", "1 a/1, 2 a/2"));
      await stage.pass(1);
      stage.order(shrink("j", [1], 1), start("k", 1, "0 a/1", 1));
      await stage.until("succeeded j 1");
      stage.order(start("l", 1, "0 a/0, 1 a/1, 2 a/2"));
      await stage.until("started l 1");
      const rest = ["departed 1", "started k 1", "succeeded k 1", "succeeded j 1", "started l 1"];
      assert.deepEqual(stage.toldButSaved.slice(1), rest);
    },
  },
  {
    name: "each departure is told once, and each end at most once, also when both come together",
    jobs: [1.8, 1.95, 2.05, 2.2].map((work, index) => ({ id: `j${index}`, work })),
    async play(stage) {
      const jobs = [0, 1, 2, 3].map((index) => `j${index}`);
      stage.order(...jobs.map((job, index) => start(job, 1, `0 a/${index}`)));
      await stage.until(...jobs.map((job) => `started ${job} 1`));
      await stage.pass(2);
      const left = jobs.filter((job) => !stage.told.includes(`succeeded ${job} 1`));
      stage.order(...left.map((job, index) => stop(job, false, index + 1)));
      await stage.until(...left.map((_, index) => `departed ${index + 1}`));
    },
  },
  {
    name: "two orders to leave are two departures",
    jobs: [holder("j", 1)],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      stage.order(suspend("j", 1));
      stage.order(stop("j", false, 2));
      await stage.until("departed 1", "departed 2");
    },
  },
  {
    name: "an impossible action throws, and says which and about whom",
    jobs: [
      { id: "j", work: 100 },
      { id: "k", work: 100 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      const elsewhere = { ...wakeReplica(0, 0), service: serviceId("t") };
      for (const [action, message] of [
        [start("x", 1, "0 a/1"), /start-job x/],
        [start("k", 1, "0 z/0"), /start-job k.* z/],
        [start("j", 2, "0 a/1"), /start-job j/],
        [resume("j", "0 a/0"), /resume-job j/],
        [grow("k", "1 a/1"), /grow-job k/],
        [shrink("j", [7], 91), /shrink-job j.* 7/],
        [suspend("k", 92), /suspend-job k/],
        [stop("k", false, 93), /stop-job k/],
        [stop("j", true, 94), /stop-job j/],
        [wakeReplica(9, 0), /wake-replica s\/9/],
        [sleepReplica(9, 95), /sleep-replica s\/9/],
        [stopReplica(9, 96), /stop-replica s\/9/],
        [elsewhere, /wake-replica s\/0.* t/],
        [start("k", 1, "0 a/1", 99), /start-job k.* 99/],
      ] as const) {
        assert.throws(() => stage.order(action), message);
      }
    },
  },
];
