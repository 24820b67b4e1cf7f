import assert from "node:assert/strict";
import { test } from "node:test";
import { buildAmounts, buildQueue } from "../../../test/support/build-queue.ts";
import type { Amounts } from "../../model/amounts.ts";
import { queueId } from "../../model/ids.ts";
import type { Queue } from "../../model/queue.ts";
import { QueueTree } from "./queue-tree.ts";

const CAPACITY: Amounts = { cpu: 100, memory: 100, gpuMilli: 100 };

type Options = Parameters<typeof buildQueue>[0];

function treeOf(...queues: Options[]): QueueTree {
  const tree = new QueueTree();
  for (const queue of queues) assert.ok(tree.set(buildQueue(queue)).ok);
  return tree;
}

function rowOf(tree: QueueTree, id: string): number {
  const row = tree.indexOf(queueId(id));
  assert.ok(row !== undefined);
  return row;
}

/** A job of the leaf asks for `gpuMilli` and holds it. */
function run(tree: QueueTree, leaf: string, gpuMilli: number): void {
  ask(tree, leaf, { gpuMilli });
  tree.add(rowOf(tree, leaf), buildAmounts({ gpuMilli }), 1);
}

function ask(tree: QueueTree, leaf: string, amounts: Partial<Amounts>): void {
  tree.addDemand(rowOf(tree, leaf), buildAmounts(amounts), 1);
}

function codeOf(tree: QueueTree, queue: Queue): string | undefined {
  const refusal = tree.check(queue);
  const before = [...tree.content()];
  const result = tree.set(queue);
  assert.deepEqual(result.ok ? undefined : result.reason, refusal);
  if (refusal !== undefined) assert.deepEqual([...tree.content()], before);
  return refusal?.code;
}

test("Q1: a queue's numbers are in range, and its guarantee is within its limit", () => {
  const refused: Partial<Options>[] = [
    { weight: 0 },
    { weight: 1.5 },
    { weight: 1_000_001 },
    { guaranteed: { cpu: -1 } },
    { guaranteed: { memory: Infinity } },
    { limit: { gpuMilli: Number.NaN } },
    { limit: { gpuMilli: 0.5 } },
    { guaranteed: { cpu: 5 }, limit: { cpu: 4 } },
  ];
  for (const options of refused) {
    const queue = buildQueue({ id: "a", ...options });
    assert.equal(codeOf(new QueueTree(), queue), "invalid-queue");
  }
  const queue = buildQueue({
    id: "a",
    weight: 1_000_000,
    guaranteed: { cpu: 5 },
    limit: { cpu: 5 },
  });
  assert.equal(codeOf(new QueueTree(), queue), undefined);
});

test("Q1: a queue's parent exists, has no jobs, and stays the same", () => {
  const tree = treeOf({ id: "a" }, { id: "b" }, { id: "a1", parent: "a" });
  assert.equal(codeOf(tree, buildQueue({ id: "x", parent: "y" })), "unknown-queue");
  assert.equal(codeOf(tree, buildQueue({ id: "x", parent: "x" })), "unknown-queue");
  assert.equal(codeOf(tree, buildQueue({ id: "a1", parent: "b" })), "invalid-queue");
  assert.equal(codeOf(tree, buildQueue({ id: "a1" })), "invalid-queue");
  tree.countJob(rowOf(tree, "b"), 1);
  assert.equal(codeOf(tree, buildQueue({ id: "b1", parent: "b" })), "queue-in-use");
  tree.countJob(rowOf(tree, "b"), -1);
  assert.equal(codeOf(tree, buildQueue({ id: "b1", parent: "b" })), undefined);
});

test("Q1: children are guaranteed at most what their parent is", () => {
  const own = (cpu: number) => ({ guaranteed: { cpu } });
  const tree = treeOf(
    { id: "a", ...own(10) },
    { id: "a1", parent: "a", ...own(6) },
    { id: "a2", parent: "a", ...own(4) },
  );
  const code = "guarantee-above-parent";
  assert.equal(codeOf(tree, buildQueue({ id: "a3", parent: "a", ...own(1) })), code);
  assert.equal(codeOf(tree, buildQueue({ id: "a2", parent: "a", ...own(5) })), code);
  assert.equal(codeOf(tree, buildQueue({ id: "a", ...own(9) })), code);
  assert.equal(codeOf(tree, buildQueue({ id: "a1", parent: "a", ...own(5) })), undefined);
  assert.equal(codeOf(tree, buildQueue({ id: "a", ...own(9) })), undefined);
});

test("Q1: a queue leaves when nothing is in it, and its row is used again", () => {
  const tree = treeOf({ id: "a" }, { id: "a1", parent: "a" }, { id: "a2", parent: "a" });
  const remove = (id: string) => {
    const result = tree.remove(queueId(id));
    return result.ok ? undefined : result.reason.code;
  };
  assert.equal(remove("x"), "unknown-queue");
  assert.equal(remove("a"), "queue-in-use");
  tree.countJob(rowOf(tree, "a1"), 1);
  assert.equal(remove("a1"), "queue-in-use");
  tree.countJob(rowOf(tree, "a1"), -1);
  const [kept, freed] = [rowOf(tree, "a2"), rowOf(tree, "a1")];
  assert.equal(remove("a1"), undefined);
  assert.equal(tree.indexOf(queueId("a1")), undefined);
  assert.ok(tree.set(buildQueue({ id: "a3", parent: "a" })).ok);
  assert.equal(rowOf(tree, "a3"), freed);
  assert.equal(rowOf(tree, "a2"), kept);
  assert.equal(tree.isLeaf(rowOf(tree, "a")), false);
});

test("Q2: what queues deserve follows demand, queues and capacity", () => {
  const tree = treeOf({ id: "a", guaranteed: { gpuMilli: 60 } }, { id: "b" });
  const deserved = (capacity: Amounts) =>
    ["a", "b"].map((id) => tree.deserved(capacity)[rowOf(tree, id) * 3 + 2]);
  assert.deepEqual(deserved(CAPACITY), [0, 0]);
  ask(tree, "b", { gpuMilli: 200 });
  assert.deepEqual(deserved(CAPACITY), [0, 100]);
  ask(tree, "a", { gpuMilli: 200 });
  assert.deepEqual(deserved(CAPACITY), [80, 20]);
  assert.ok(tree.set(buildQueue({ id: "a" })).ok);
  assert.deepEqual(deserved(CAPACITY), [50, 50]);
  assert.deepEqual(deserved({ ...CAPACITY, gpuMilli: 40 }), [20, 20]);
});

test("Q3: the guarantee that is kept least goes first, then the smallest share for its weight", () => {
  const tree = treeOf(
    { id: "a", guaranteed: { gpuMilli: 20, cpu: 10 } },
    { id: "b", guaranteed: { gpuMilli: 40 } },
    { id: "c" },
    { id: "d", weight: 2 },
  );
  const ordered = () =>
    [...tree.rows]
      .toSorted((left, right) => tree.compare(left, right, CAPACITY))
      .map((row) => tree.queueAt(row).id);
  assert.deepEqual(ordered(), ["a", "b", "c", "d"]);
  run(tree, "a", 5);
  assert.deepEqual(ordered(), ["b", "a", "c", "d"]);
  tree.add(rowOf(tree, "a"), buildAmounts({ cpu: 10 }), 1);
  assert.deepEqual(ordered(), ["b", "c", "d", "a"]);
  run(tree, "c", 6);
  run(tree, "d", 10);
  assert.deepEqual(ordered(), ["b", "d", "c", "a"]);
});

test("Q3: a guarantee that is kept counts no further", () => {
  const guaranteed = { gpuMilli: 10 };
  const tree = treeOf({ id: "a", guaranteed, weight: 3 }, { id: "b", guaranteed });
  run(tree, "a", 20);
  run(tree, "b", 15);
  assert.ok(tree.compare(rowOf(tree, "a"), rowOf(tree, "b"), CAPACITY) < 0);
});

test("Q3: the turn goes down from the top to a leaf with a candidate", () => {
  const tree = treeOf(
    { id: "a" },
    { id: "b" },
    { id: "a1", parent: "a" },
    { id: "a2", parent: "a" },
    { id: "b1", parent: "b" },
  );
  const pick = (...ids: string[]) => {
    const leaf = tree.pickLeaf(CAPACITY, (row) => ids.includes(tree.queueAt(row).id));
    return leaf === -1 ? undefined : tree.queueAt(leaf).id;
  };
  assert.equal(pick(), undefined);
  assert.equal(pick("a", "b"), undefined, "only leaves have candidates");
  assert.equal(pick("a1", "a2", "b1"), "a1");
  run(tree, "a1", 10);
  assert.equal(pick("a1", "a2", "b1"), "b1");
  assert.equal(pick("a1", "a2"), "a2");
  run(tree, "b1", 20);
  assert.equal(pick("a1", "b1"), "a1");
});

test("Q4: a leaf stays within its limit and the limits above it", () => {
  const tree = treeOf(
    { id: "a", limit: { gpuMilli: 50 } },
    { id: "a1", parent: "a", limit: { gpuMilli: 30 } },
    { id: "a2", parent: "a" },
  );
  const [first, second] = [rowOf(tree, "a1"), rowOf(tree, "a2")];
  assert.equal(tree.canEver(first, buildAmounts({ gpuMilli: 30, cpu: 1000 })), undefined);
  assert.equal(tree.canEver(first, buildAmounts({ gpuMilli: 31 })), "above-queue-limit");
  assert.equal(tree.canEver(second, buildAmounts({ gpuMilli: 51 })), "above-queue-limit");
  run(tree, "a1", 30);
  assert.equal(tree.fits(first, buildAmounts({ gpuMilli: 1 })), "queue-limit");
  assert.equal(tree.fits(first, buildAmounts({ cpu: 1 })), undefined);
  assert.equal(tree.fits(second, buildAmounts({ gpuMilli: 20 })), undefined);
  assert.equal(tree.fits(second, buildAmounts({ gpuMilli: 21 })), "queue-limit");
  assert.equal(tree.usageOf(rowOf(tree, "a"), "gpuMilli"), 30);
});

test("Q4: a queue that does not borrow stays within its guarantee", () => {
  const guaranteed = { gpuMilli: 20, cpu: 10 };
  const tree = treeOf({ id: "a", guaranteed, borrows: false }, { id: "a1", parent: "a" });
  const leaf = rowOf(tree, "a1");
  assert.equal(tree.canEver(leaf, buildAmounts(guaranteed)), undefined);
  assert.equal(tree.canEver(leaf, buildAmounts({ memory: 1 })), "above-queue-limit");
  run(tree, "a1", 15);
  assert.equal(tree.fits(leaf, buildAmounts({ gpuMilli: 5 })), undefined);
  assert.equal(tree.fits(leaf, buildAmounts({ gpuMilli: 6 })), "beyond-guarantee");
});

test("Q5: who holds less than it deserves may take from who holds more, and not back", () => {
  const tree = treeOf({ id: "a" }, { id: "b" }, { id: "c" });
  const [a, b, c] = ["a", "b", "c"].map((id) => rowOf(tree, id));
  const job = buildAmounts({ gpuMilli: 10 });
  run(tree, "b", 80);
  run(tree, "c", 20);
  assert.equal(tree.mayReclaim(a, b, job, CAPACITY), false, "nothing is asked for");
  ask(tree, "a", { gpuMilli: 40 });
  assert.equal(tree.mayReclaim(a, b, job, CAPACITY), true);
  assert.equal(tree.mayReclaim(a, b, job, CAPACITY, buildAmounts({ cpu: 1 })), false);
  assert.equal(tree.mayReclaim(a, c, job, CAPACITY), false, "c holds what it deserves");
  assert.equal(tree.mayReclaim(a, a, job, CAPACITY), false);
  assert.equal(tree.mayReclaim(a, b, buildAmounts({ gpuMilli: 41 }), CAPACITY), false);
  assert.equal(tree.isEntitled(a, buildAmounts({ gpuMilli: 40 }), CAPACITY), true);
  assert.equal(tree.isEntitled(a, buildAmounts({ gpuMilli: 41 }), CAPACITY), false);
  for (let turn = 0; turn < 4; turn += 1) {
    assert.equal(tree.mayReclaim(a, b, job, CAPACITY), true);
    tree.add(b, job, -1);
    tree.add(a, job, 1);
    assert.equal(tree.mayReclaim(b, a, job, CAPACITY), false);
  }
  assert.equal(tree.mayReclaim(a, b, job, CAPACITY), false);
});

test("Q5: cousins settle it below the lowest queue above both", () => {
  const tree = treeOf(
    { id: "a" },
    { id: "b" },
    { id: "a1", parent: "a" },
    { id: "a2", parent: "a" },
    { id: "b1", parent: "b" },
  );
  const [first, second, other] = ["a1", "a2", "b1"].map((id) => rowOf(tree, id));
  const job = buildAmounts({ gpuMilli: 10 });
  run(tree, "a1", 40);
  run(tree, "a2", 20);
  run(tree, "b1", 40);
  ask(tree, "a2", { gpuMilli: 40 });
  ask(tree, "b1", { gpuMilli: 40 });
  assert.equal(tree.mayReclaim(other, first, job, CAPACITY), true, "a and a1 hold too much");
  assert.equal(tree.mayReclaim(other, second, job, CAPACITY), false, "a2 does not");
  assert.equal(tree.isEntitled(second, buildAmounts({ gpuMilli: 5 }), CAPACITY), false);
  const small = buildAmounts({ gpuMilli: 5 });
  assert.equal(tree.mayReclaim(second, first, small, CAPACITY), true, "within a");
  assert.equal(tree.mayReclaim(second, other, small, CAPACITY), false, "a holds too much");
});

test("Q5: a queue that holds too much gives nothing while those above it hold too little", () => {
  const tree = treeOf(
    { id: "a" },
    { id: "b" },
    { id: "b1", parent: "b" },
    { id: "b2", parent: "b" },
  );
  const [taker, giver] = [rowOf(tree, "a"), rowOf(tree, "b1")];
  const job = buildAmounts({ gpuMilli: 10 });
  ask(tree, "a", { gpuMilli: 60 });
  ask(tree, "b2", { gpuMilli: 60 });
  run(tree, "b1", 50);
  assert.equal(tree.mayReclaim(taker, giver, job, CAPACITY), false);
  assert.equal(tree.mayReclaim(rowOf(tree, "b2"), giver, job, CAPACITY), true);
  run(tree, "b1", 10);
  assert.equal(tree.mayReclaim(taker, giver, job, CAPACITY), true);
});

test("S5: the content is the same in whatever order queues were made", () => {
  const queues = [{ id: "a" }, { id: "b", weight: 2 }, { id: "c", limit: { cpu: 3 } }];
  const tree = treeOf(...queues, { id: "a1", parent: "a" });
  const other = treeOf(...queues.toReversed(), { id: "x" }, { id: "a1", parent: "a" });
  assert.notDeepEqual([...tree.content()], [...other.content()]);
  assert.ok(other.remove(queueId("x")).ok);
  assert.deepEqual([...tree.content()], [...other.content()]);
  assert.equal([...tree.content()].length, 4 * 17);
  run(tree, "a1", 10);
  assert.notDeepEqual([...tree.content()], [...other.content()]);
});

test("S9: queues are restored as they were, but for what their jobs are to tell", () => {
  const tree = treeOf({ id: "b" }, { id: "a" }, { id: "b1", parent: "b" }, { id: "c" });
  assert.ok(tree.remove(queueId("c")).ok);
  const before = [...tree.content()];
  run(tree, "b1", 10);
  const restored = QueueTree.restore(tree.save());
  assert.deepEqual([...restored.content()], before);
  run(restored, "b1", 10);
  assert.deepEqual([...restored.content()], [...tree.content()]);
});
