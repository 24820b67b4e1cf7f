import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildAmounts, buildQueue } from "../../../test/support/build-queue.ts";
import { naiveShares } from "../../../test/support/water-filling.ts";
import { type Amounts, RESOURCES } from "../../model/amounts.ts";
import { queueId } from "../../model/ids.ts";
import type { Queue } from "../../model/queue.ts";
import { NO_PARENT } from "./fair-shares.ts";
import { QueueTree } from "./queue-tree.ts";

/** What a book without sums knows of a queue. */
interface NaiveQueue {
  readonly queue: Queue;
  usage: Amounts;
  demand: Amounts;
  jobs: number;
}

const amount = fc.nat(8);
const amounts = fc.record({ cpu: amount, memory: fc.constantFrom(0, 1), gpuMilli: amount });
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h"];
const name = fc.constantFrom(...NAMES);

function arbitraryQueue(id: fc.Arbitrary<string>, parent: fc.Arbitrary<string>) {
  const borrows = fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.constant(false));
  const weight = fc.integer({ min: 1, max: 4 });
  const guaranteed = fc.record({ cpu: amount, gpuMilli: amount }, { requiredKeys: [] });
  const limit = fc.record(
    { memory: fc.nat(9), gpuMilli: fc.integer({ min: 8, max: 30 }) },
    { requiredKeys: [] },
  );
  return fc.record({ id, parent, weight, guaranteed, limit, borrows }).map(buildQueue);
}

const queue = arbitraryQueue(name, fc.oneof(fc.constant(""), name));

/** A queue of each name, under none or one before it. */
const forest = fc.tuple(
  ...NAMES.map((id, place) =>
    arbitraryQueue(fc.constant(id), fc.constantFrom("", ...NAMES.slice(0, place))),
  ),
);

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("set" as const), queue }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), id: name }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("count" as const), id: name }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant("run" as const), id: name, amounts }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ask" as const), id: name, amounts }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The tree and its naive book after the steps; steps that cannot be taken are left out. */
function live(steps: readonly Step[]): { tree: QueueTree; books: Map<string, NaiveQueue> } {
  const tree = new QueueTree();
  const books = new Map<string, NaiveQueue>();
  for (const step of steps) takeStep(tree, books, step);
  return { tree, books };
}

function takeStep(tree: QueueTree, books: Map<string, NaiveQueue>, step: Step): void {
  if (step.kind === "set") {
    if (!tree.set(step.queue).ok) return;
    const nothing = { usage: buildAmounts({}), demand: buildAmounts({}), jobs: 0 };
    const old = books.get(step.queue.id) ?? nothing;
    books.set(step.queue.id, { ...old, queue: step.queue });
    return;
  }
  const book = books.get(step.id);
  if (step.kind === "remove") {
    if (tree.remove(queueId(step.id)).ok) books.delete(step.id);
    return;
  }
  const row = tree.indexOf(queueId(step.id));
  assert.equal(row === undefined, book === undefined);
  if (row === undefined || book === undefined || !tree.isLeaf(row)) return;
  tree.countJob(row, 1);
  book.jobs += 1;
  if (step.kind === "count") return;
  tree.addDemand(row, step.amounts, 1);
  book.demand = plus(book.demand, step.amounts);
  if (step.kind === "ask" || tree.fits(row, step.amounts) !== undefined) return;
  tree.add(row, step.amounts, 1);
  book.usage = plus(book.usage, step.amounts);
}

function plus(left: Amounts, right: Amounts): Amounts {
  const { cpu, memory, gpuMilli } = left;
  return {
    cpu: cpu + right.cpu,
    memory: memory + right.memory,
    gpuMilli: gpuMilli + right.gpuMilli,
  };
}

/** Ids of the queue and of all above it. */
function pathOf(books: ReadonlyMap<string, NaiveQueue>, id: string): string[] {
  const { parent } = books.get(id)!.queue;
  return parent === undefined ? [id] : [id, ...pathOf(books, parent)];
}

function usageOf(books: ReadonlyMap<string, NaiveQueue>, id: string): Amounts {
  return [...books]
    .filter(([below]) => pathOf(books, below).includes(id))
    .reduce((sum, [, { usage }]) => plus(sum, usage), buildAmounts({}));
}

/** Most lives start with all queues and then run jobs; some begin with nothing. */
const steps = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: forest }, fc.constant([])),
    fc.array(step, { maxLength: 50, size: "max" }),
  )
  .map(([queues, steps]) => queues.map((queue): Step => ({ kind: "set", queue })).concat(steps));
const capacity = fc.record({ cpu: fc.nat(60), memory: fc.nat(60), gpuMilli: fc.nat(60) });

test("Q1: the tree is whole: parents first, siblings by id, guarantees within the parent's", () => {
  fc.assert(
    fc.property(steps, (steps) => {
      const { tree, books } = live(steps);
      const queues = tree.rows.map((row) => tree.queueAt(row));
      assert.deepEqual(queues.map(({ id }) => id).toSorted(), [...books.keys()].toSorted());
      for (const [place, { id, parent, guaranteed }] of queues.entries()) {
        assert.deepEqual(tree.queueAt(tree.indexOf(id)!), books.get(id)!.queue);
        const children = queues.filter((other) => other.parent === id);
        assert.equal(tree.isLeaf(tree.indexOf(id)!), children.length === 0);
        assert.ok(children.length === 0 || books.get(id)!.jobs === 0);
        if (parent !== undefined)
          assert.ok(queues.findIndex((other) => other.id === parent) < place);
        const siblings = queues.filter((other) => other.parent === parent).map(({ id }) => id);
        assert.deepEqual(siblings, siblings.toSorted());
        for (const name of RESOURCES) {
          const below = children.reduce((sum, child) => sum + (child.guaranteed[name] ?? 0), 0);
          assert.ok(below <= (guaranteed[name] ?? 0));
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("Q2: what is deserved is the naive share of each resource, after any life of the tree", () => {
  fc.assert(
    fc.property(steps, capacity, (steps, capacity) => {
      const { tree, books } = live(steps);
      const deserved = tree.deserved(capacity);
      const queues = tree.rows.map((row) => tree.queueAt(row));
      for (const [resource, name] of RESOURCES.entries()) {
        const claims = queues.map(({ id, parent, guaranteed, limit, weight, borrows }) => ({
          parent:
            parent === undefined ? NO_PARENT : queues.findIndex((other) => other.id === parent),
          guaranteed: guaranteed[name] ?? 0,
          limit: limit[name] ?? Infinity,
          weight,
          demand: books.get(id)!.demand[name],
          borrows,
        }));
        const { shares } = naiveShares(capacity[name], claims);
        for (const [place, row] of tree.rows.entries()) {
          assert.ok(Math.abs(deserved[row * 3 + resource] - shares[place].share) < 1e-6);
        }
      }
    }),
    { numRuns: 500 },
  );
});

test("Q3: siblings are in one strict order, and the turn is that of the first at each level", () => {
  fc.assert(
    fc.property(steps, capacity, fc.array(name), (steps, capacity, candidates) => {
      const { tree } = live(steps);
      const isCandidate = (row: number) => candidates.includes(tree.queueAt(row).id);
      const first = (parent: string | undefined): number => {
        const siblings = tree.rows.filter((row) => tree.queueAt(row).parent === parent);
        for (const left of siblings) {
          for (const right of siblings) {
            const order = Math.sign(tree.compare(left, right, capacity));
            assert.equal(order === 0, left === right);
            assert.equal(order + Math.sign(tree.compare(right, left, capacity)), 0);
          }
        }
        for (const row of siblings.toSorted((a, b) => tree.compare(a, b, capacity))) {
          if (!tree.isLeaf(row)) {
            const below = first(tree.queueAt(row).id);
            if (below !== -1) return below;
          } else if (isCandidate(row)) return row;
        }
        return -1;
      };
      assert.equal(tree.pickLeaf(capacity, isCandidate), first(undefined));
    }),
    { numRuns: 500 },
  );
});

test("Q4: what fits is what no limit on the path and no guarantee of a non-borrower forbids", () => {
  fc.assert(
    fc.property(steps, amounts, (steps, amounts) => {
      const { tree, books } = live(steps);
      for (const row of tree.rows) {
        const { id } = tree.queueAt(row);
        const usage = usageOf(books, id);
        for (const name of RESOURCES) assert.equal(tree.usageOf(row, name), usage[name]);
        if (!tree.isLeaf(row)) continue;
        const forbids = (held: (id: string) => Amounts) =>
          pathOf(books, id).some((above) => {
            const { limit, guaranteed, borrows } = books.get(above)!.queue;
            return RESOURCES.some((name) => {
              const most = borrows ? (limit[name] ?? Infinity) : (guaranteed[name] ?? 0);
              return amounts[name] > 0 && held(above)[name] + amounts[name] > most;
            });
          });
        assert.equal(
          tree.fits(row, amounts) !== undefined,
          forbids((above) => usageOf(books, above)),
        );
        assert.equal(
          tree.canEver(row, amounts) !== undefined,
          forbids(() => buildAmounts({})),
        );
      }
    }),
    { numRuns: 500 },
  );
});

const job = fc.record({ leaf: fc.nat(), amounts, runs: fc.boolean() });

test("Q5: reclaims end, whoever takes from whom and whichever job leaves; none is reversed", () => {
  fc.assert(
    fc.property(
      steps,
      fc.array(job, { maxLength: 20, size: "max" }),
      capacity,
      fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
      (steps, drafts, capacity, picks) => {
        const { tree } = live(steps.filter(({ kind }) => kind === "set"));
        const leaves = tree.rows.filter((row) => tree.isLeaf(row));
        if (leaves.length === 0) return;
        const jobs = drafts.map((draft) => ({
          ...draft,
          leaf: leaves[draft.leaf % leaves.length],
        }));
        for (const { leaf, amounts, runs } of jobs) {
          tree.addDemand(leaf, amounts, 1);
          if (runs) tree.add(leaf, amounts, 1);
        }
        const deserved = tree.deserved(capacity).slice();
        const excess = () => excessOf(tree, leaves, deserved);
        for (let turn = 0; ; turn += 1) {
          assert.ok(turn < 1000, "reclaims go on for ever");
          const pairs = jobs.flatMap((taker) =>
            jobs
              .filter((giver) => {
                if (taker.runs || !giver.runs) return false;
                const { leaf, amounts } = taker;
                return tree.mayReclaim(leaf, giver.leaf, amounts, capacity, giver.amounts);
              })
              .map((giver) => ({ taker, giver })),
          );
          if (pairs.length === 0) return;
          const { taker, giver } = pairs[picks[turn % picks.length] % pairs.length];
          const before = excess();
          tree.add(giver.leaf, giver.amounts, -1);
          tree.add(taker.leaf, taker.amounts, 1);
          [giver.runs, taker.runs] = [false, true];
          assert.ok(excess() < before);
          const { leaf, amounts } = giver;
          assert.ok(!tree.mayReclaim(leaf, taker.leaf, amounts, capacity, taker.amounts));
          assert.deepEqual(tree.deserved(capacity), deserved);
        }
      },
    ),
    { numRuns: 500 },
  );
});

/** Sum over leaves and resources of what is held beyond what is deserved. */
function excessOf(tree: QueueTree, leaves: readonly number[], deserved: Float64Array): number {
  let excess = 0;
  for (const leaf of leaves) {
    for (const [resource, name] of RESOURCES.entries()) {
      excess += Math.max(0, tree.usageOf(leaf, name) - deserved[leaf * 3 + resource] - 1e-3);
    }
  }
  return excess;
}

test("Q5: an entitled leaf that finds too little of a resource left finds a giver of it", () => {
  fc.assert(
    fc.property(steps, amounts, (steps, amounts) => {
      const { tree } = live(steps);
      const capacity = { cpu: 20, memory: 20, gpuMilli: 20 };
      for (const row of tree.rows) if (tree.isLeaf(row)) tree.addDemand(row, amounts, 1);
      const leaves = tree.rows.filter((row) => tree.isLeaf(row));
      for (const taker of leaves) {
        if (!tree.isEntitled(taker, amounts, capacity)) continue;
        for (const name of RESOURCES) {
          const held = leaves.reduce((sum, leaf) => sum + tree.usageOf(leaf, name), 0);
          if (amounts[name] === 0 || held + amounts[name] <= capacity[name]) continue;
          const only = buildAmounts({ [name]: amounts[name] });
          assert.ok(leaves.some((giver) => tree.mayReclaim(taker, giver, only, capacity)));
        }
      }
    }),
    { numRuns: 500 },
  );
});
