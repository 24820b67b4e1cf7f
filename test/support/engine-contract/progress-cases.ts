import assert from "node:assert/strict";
import { resume, start, stop, suspend } from "../hand-driven-engine.ts";
import type { ContractCase } from "./contract-case.ts";

/**
 * How much work a gang has done shows in who ends first: it, or another that starts beside it with
 * more work, or less, than it should have left.
 */
export const PROGRESS_CASES: readonly ContractCase[] = [
  {
    name: "a suspended gang stands still, and resumed it has the work that was left",
    jobs: [
      { id: "j", work: 8 },
      { id: "more", work: 5 },
      { id: "less", work: 1 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      await stage.pass(5);
      stage.order(suspend("j", 1));
      await stage.until("departed 1");
      stage.order(start("more", 1, "0 a/0"));
      await stage.until("succeeded more 1");
      const suspended = ["started j 1", "departed 1", "started more 1", "succeeded more 1"];
      assert.deepEqual(stage.toldButSaved, suspended);
      stage.order(resume("j", "0 a/2"), start("less", 1, "0 a/0"));
      await stage.until("succeeded less 1");
      assert.deepEqual(stage.toldButSaved.slice(4), ["started less 1", "succeeded less 1"]);
      await stage.until("succeeded j 1");
    },
  },
  {
    name: "resumed, a gang ends before one that has less than all of its work",
    jobs: [
      { id: "j", work: 8 },
      { id: "more", work: 5.5 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      await stage.pass(5);
      stage.order(suspend("j", 1));
      await stage.until("departed 1");
      stage.order(resume("j", "0 a/0"), start("more", 1, "0 a/1"));
      await stage.until("succeeded more 1");
      assert.deepEqual(stage.toldButSaved.slice(2), [
        "started more 1",
        "succeeded j 1",
        "succeeded more 1",
      ]);
    },
  },
  {
    name: "a gang goes on no earlier than those are gone that it waits for",
    jobs: [
      { id: "j", work: 3 },
      { id: "k", work: 100, checkpoint: [100, 5] },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      await stage.pass(1);
      stage.order(suspend("j", 1), start("k", 1, "0 a/0", 1));
      await stage.until("started k 1");
      stage.order(stop("k", true, 2), resume("j", "0 a/0", 2));
      await stage.until("succeeded j 1");
      const rest = ["departed 1", "started k 1", "departed 2", "succeeded j 1"];
      assert.deepEqual(stage.toldButSaved.slice(1), rest);
    },
  },
  {
    name: "a gang that saves before it stops keeps its work",
    jobs: [
      { id: "j", work: 8, checkpoint: [100, 1] },
      { id: "more", work: 5.5 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      await stage.pass(5);
      stage.order(stop("j", true, 1));
      await stage.until("departed 1");
      stage.order(start("j", 2, "0 a/1"), start("more", 1, "0 a/0"));
      await stage.until("succeeded more 1");
      assert.deepEqual(
        stage.toldButSaved.filter((words) => words.startsWith("succeeded")),
        ["succeeded j 2", "succeeded more 1"],
      );
    },
  },
  {
    name: "a gang that does not save goes back to its last checkpoint",
    jobs: [
      { id: "j", work: 12, checkpoint: [5, 0] },
      { id: "less", work: 5 },
      { id: "more", work: 9.5 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("saved j 1");
      await stage.pass(3.5);
      stage.order(stop("j", false, 1));
      await stage.until("departed 1");
      // Left are 3.5 of 12 beats if nothing was lost, 7 since the checkpoint, 12 from the start.
      stage.order(start("j", 2, "0 a/0"), start("less", 1, "0 a/1"), start("more", 1, "0 a/2"));
      await stage.until("succeeded more 1");
      assert.deepEqual(
        stage.told.filter((words) => words.startsWith("succeeded")),
        ["succeeded less 1", "succeeded j 2", "succeeded more 1"],
      );
    },
  },
  {
    name: "a gang without checkpoints starts from nothing",
    jobs: [
      { id: "j", work: 7 },
      { id: "less", work: 4.5 },
    ],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      await stage.pass(5);
      stage.order(stop("j", false, 1));
      await stage.until("departed 1");
      stage.order(start("j", 2, "0 a/0"), start("less", 1, "0 a/1"));
      await stage.until("succeeded j 2");
      assert.ok(stage.told.includes("succeeded less 1"), stage.told.join(", "));
    },
  },
  {
    name: "a stopped gang stays away until it is started anew",
    jobs: [{ id: "j", work: 3, checkpoint: [100, 0] }],
    async play(stage) {
      stage.order(start("j", 1, "0 a/0"));
      await stage.until("started j 1");
      stage.order(stop("j", true, 1));
      await stage.pass(5);
      assert.deepEqual(stage.toldButSaved, ["started j 1", "departed 1"]);
      stage.order(start("j", 2, "0 a/0"));
      await stage.until("succeeded j 2");
    },
  },
];
