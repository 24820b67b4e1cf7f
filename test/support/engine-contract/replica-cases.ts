import assert from "node:assert/strict";
import type { Event } from "../../../src/model/event.ts";
import { replicaId, serviceId } from "../../../src/model/ids.ts";
import {
  sleepReplica,
  start,
  startReplica,
  stop,
  stopReplica,
  wakeReplica,
} from "../hand-driven-engine.ts";
import type { ContractCase, JobInBeats } from "./contract-case.ts";

const crash: Event = { kind: "replica-gone", replica: replicaId(serviceId("s"), 0) };
/** It never ends by itself, and takes three beats to leave. */
const holder: JobInBeats = { id: "k", work: 100, checkpoint: [100, 3] };

/** How replicas come, serve, sleep and go. */
export const REPLICA_CASES: readonly ContractCase[] = [
  {
    name: "a replica is told as ready once, after those who leave its place, and serves",
    jobs: [holder],
    requests: [[2, 1]],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), startReplica(0, "a/0", 1));
      await stage.untilCount("ended", 1);
      assert.deepEqual(stage.toldButSaved, ["started k 1", "departed 1", "ready s/0"]);
      assert.deepEqual(stage.counts, { arrived: 1, begun: 1, ended: 1 });
    },
  },
  {
    name: "a replica that is to sleep finishes what it began, takes nothing new, and wakes to serve",
    jobs: [{ id: "j", work: 100 }],
    requests: [
      [2, 4],
      [4, 1],
    ],
    async play(stage) {
      stage.order(startReplica(0, "a/0"));
      await stage.untilCount("begun", 1);
      stage.order(sleepReplica(0, 1), start("j", 1, "0 a/0", 1));
      await stage.until("started j 1");
      await stage.pass(1);
      assert.deepEqual(stage.counts, { arrived: 2, begun: 1, ended: 1 });
      stage.order(wakeReplica(0, 1));
      await stage.untilCount("ended", 2);
      assert.deepEqual(stage.toldButSaved, ["ready s/0", "departed 1", "started j 1", "ready s/0"]);
    },
  },
  {
    name: "a replica wakes no earlier than those are gone that it waits for",
    jobs: [holder],
    async play(stage) {
      stage.order(startReplica(0, "a/0"));
      await stage.until("ready s/0");
      stage.order(sleepReplica(0, 1), start("k", 1, "0 a/0", 1));
      await stage.until("started k 1");
      stage.order(stop("k", true, 2), wakeReplica(0, 0, 2));
      await stage.until("ready s/0", "ready s/0");
      const rest = ["departed 1", "started k 1", "departed 2", "ready s/0"];
      assert.deepEqual(stage.toldButSaved.slice(1), rest);
    },
  },
  {
    name: "a replica that is to stop finishes what it began, and takes nothing new",
    requests: [
      [2, 4],
      [4, 1],
    ],
    async play(stage) {
      stage.order(startReplica(0, "a/0"));
      await stage.untilCount("begun", 1);
      stage.order(stopReplica(0, 1), startReplica(1, "a/0", 1));
      await stage.untilCount("ended", 2);
      assert.deepEqual(stage.toldButSaved, ["ready s/0", "departed 1", "ready s/1"]);
    },
  },
  {
    name: "a replica that is told to stop before it is ready departs, and is never ready",
    jobs: [holder],
    async play(stage) {
      stage.order(start("k", 1, "0 a/0"));
      await stage.until("started k 1");
      stage.order(stop("k", true, 1), startReplica(0, "a/0", 1));
      await stage.pass(1);
      stage.order(stopReplica(0, 2));
      await stage.until("departed 1");
      await stage.pass(2);
      assert.deepEqual(stage.toldButSaved, ["started k 1", "departed 2", "departed 1"]);
    },
  },
  {
    name: "a replica that is told to stop asleep, or on its way there, departs once for each order",
    async play(stage) {
      stage.order(startReplica(0, "a/0"), startReplica(1, "a/1"));
      await stage.until("ready s/0", "ready s/1");
      stage.order(sleepReplica(0, 1), sleepReplica(1, 2));
      stage.order(stopReplica(1, 3));
      await stage.until("departed 1", "departed 2", "departed 3");
      stage.order(stopReplica(0, 4));
      await stage.until("departed 4");
      assert.throws(() => stage.order(wakeReplica(0, 0)), /wake-replica s\/0/);
    },
  },
  {
    name: "a replica that crashes is told as gone once, and another serves its request",
    requests: [[2, 6]],
    events: [[5, crash]],
    async play(stage) {
      stage.order(startReplica(0, "a/0"));
      await stage.until("gone s/0");
      await stage.pass(1);
      assert.deepEqual(stage.counts, { arrived: 1, begun: 0, ended: 0 });
      stage.order(startReplica(1, "a/0"));
      await stage.untilCount("ended", 1);
      assert.deepEqual(stage.toldButSaved, ["ready s/0", "gone s/0", "ready s/1"]);
    },
  },
  {
    name: "a replica that crashes while it is to stop departs, and is not told as gone",
    requests: [[2, 100]],
    events: [[6, crash]],
    async play(stage) {
      stage.order(startReplica(0, "a/0"));
      await stage.untilCount("begun", 1);
      stage.order(stopReplica(0, 1));
      await stage.until("departed 1");
      await stage.pass(1);
      assert.deepEqual(stage.toldButSaved, ["ready s/0", "departed 1"]);
      assert.deepEqual(stage.counts, { arrived: 1, begun: 0, ended: 0 });
    },
  },
];
