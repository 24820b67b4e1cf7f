import assert from "node:assert/strict";
import { nodeId } from "../../../src/model/ids.ts";
import { resume, start, startReplica, stop, suspend } from "../hand-driven-engine.ts";
import type { ContractCase } from "./contract-case.ts";

/** What a crash, a lost node and a failed device lead to. */
export const FAULT_CASES: readonly ContractCase[] = [
  {
    name: "a member that crashes ends its gang as failed, once, and all places are free",
    jobs: [
      { id: "j", work: 4, min: 2, crashAfter: 2 },
      { id: "k", work: 1, min: 2 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0, 1 a/1"));
      await stage.until("failed j 1");
      stage.order(start("k", 1, "0 a/0, 1 a/1"));
      await stage.until("succeeded k 1");
      stage.order(start("j", 2, "0 a/0, 1 a/1"));
      await stage.until("succeeded j 2");
      const first = ["started j 1", "failed j 1", "started k 1", "succeeded k 1"];
      assert.deepEqual(stage.toldButSaved, [...first, "started j 2", "succeeded j 2"]);
    },
  },
  {
    name: "a lost node is told, not its pieces; what left it or waits for it departs once",
    nodes: 2,
    jobs: [
      { id: "half", work: 10, min: 2 },
      { id: "leaves", work: 100, checkpoint: [100, 50] },
      { id: "waits", work: 2 },
      { id: "parked", work: 100 },
    ],
    events: [[6, { kind: "node-lost", node: nodeId("b") }]],
    async play(stage) {
      stage.order(start("half", 1, "0 a/0, 1 b/0"), start("leaves", 1, "0 b/1"));
      stage.order(start("parked", 1, "0 b/2"), startReplica(0, "b/3"));
      const begun = ["started half 1", "started leaves 1", "started parked 1", "ready s/0"];
      await stage.until(...begun);
      stage.order(stop("leaves", true, 1), start("waits", 1, "0 b/1", 1), suspend("parked", 2));
      await stage.until("lost b", "departed 1", "departed 2");
      await stage.pass(2);
      stage.order(stop("half", false, 3), stop("waits", false, 4), stop("parked", false, 5));
      const departed = [1, 2, 3, 4, 5].map((departure) => `departed ${departure}`);
      await stage.until(...departed);
      stage.order(start("half", 2, "0 a/0, 1 a/1"));
      await stage.until("succeeded half 2");
      const told = [...begun, "lost b", ...departed, "started half 2", "succeeded half 2"];
      assert.deepEqual(inOrder(stage.told), inOrder(told));
    },
  },
  {
    name: "a failed device takes what uses it, and not what is suspended or beside it",
    jobs: [
      { id: "parked", work: 3 },
      { id: "beside", work: 7 },
      { id: "uses", work: 100 },
    ],
    events: [[6, { kind: "device-failed", node: nodeId("a"), device: 0 }]],
    async play(stage) {
      stage.order(start("parked", 1, "0 a/0"), start("beside", 1, "0 a/1"));
      await stage.until("started parked 1", "started beside 1");
      stage.order(suspend("parked", 1), start("uses", 1, "0 a/0", 1));
      await stage.until("started uses 1", "broken a/0", "succeeded beside 1");
      stage.order(stop("uses", false, 2), resume("parked", "0 a/2"));
      await stage.until("departed 2", "succeeded parked 1");
      const first = ["departed 1", "started uses 1", "broken a/0", "succeeded beside 1"];
      assert.deepEqual(stage.toldButSaved.slice(2), [...first, "departed 2", "succeeded parked 1"]);
    },
  },
];

function inOrder(words: readonly string[]): string[] {
  return words.toSorted((left, right) => (left < right ? -1 : 1));
}
