import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  arbitraryNode,
  arbitraryRequest,
  arbitraryScript,
  arbitrarySteps,
  arbitraryStrangeEvents,
  type Script,
  type Step,
} from "../../test/support/cluster-arbitraries.ts";
import { NaiveCluster } from "../../test/support/naive-cluster.ts";
import { buildModel, runSteps, stepsOf } from "../../test/support/run-script.ts";
import { congruentialRandom } from "../../test/support/scripted-random.ts";
import type { WorkAction as Action } from "../model/action.ts";
import type { Event } from "../model/event.ts";
import { nodeId, type WorkId, workId } from "../model/ids.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { milliseconds } from "../model/units.ts";
import { PLACEMENT_POLICIES } from "./policies/registry.ts";
import { Scheduler } from "./scheduler.ts";
import { workActions } from "../../test/support/work-actions.ts";

const policies = PLACEMENT_POLICIES.map((policy) => policy.name);
const anyPolicy = fc.constantFrom(...policies);
const seed = fc.nat();

describe("S3, S4, S8, P1, P2: the books of events and actions add up", () => {
  for (const policy of policies) {
    test(policy, () => {
      fc.assert(
        fc.property(arbitraryScript, seed, (script, seed) => {
          checkBooks(policy, script, seed);
        }),
        { numRuns: 100 },
      );
    });
  }
});

/** Replays all events and actions on books of its own, and judges each action by them. */
function checkBooks(policy: string, script: Script, seed: number): void {
  const scheduler = new Scheduler(buildModel(policy, script.profile));
  const random = congruentialRandom(seed);
  const cluster = new NaiveCluster();
  const requests = new Map<WorkId, ResourceRequest>();
  const pending = new Set<WorkId>();
  for (const step of [...stepsOf(script), { kind: "decide" } as const]) {
    if (step.kind === "decide") {
      const actions = workActions(scheduler.decide(milliseconds(0), random));
      assert.deepEqual(
        actions.map(({ work }) => work),
        [...pending],
      );
      for (const action of actions) checkAction(action, cluster, requests.get(action.work)!);
      for (const action of actions) if (action.kind === "place") pending.delete(action.work);
    } else if (scheduler.apply(step).ok) {
      account(step, cluster);
      if (step.kind === "work-submitted") {
        requests.set(step.work, step.request);
        pending.add(step.work);
      }
      if (step.kind === "work-ended") pending.delete(step.work);
    }
    assert.equal(scheduler.pendingCount, pending.size);
    assert.equal(scheduler.nodeCount, cluster.nodes.size);
    assert.equal(scheduler.fragmentation().milliFree, milliFree(cluster));
  }
}

function checkAction(action: Action, cluster: NaiveCluster, request: ResourceRequest): void {
  if (action.kind === "place") {
    cluster.take(action, request); // Throws where there is no room.
    return;
  }
  assert.deepEqual(cluster.fitting(request), [], "work that fits somewhere is placed");
  const { kind, code } = action.refusal;
  const expected = cluster.fitsEmpty(request)
    ? { kind: "cannot-now", code: "no-room-now" }
    : { kind: "can-never", code: "larger-than-any-node" };
  assert.deepEqual({ kind, code }, expected);
}

function account(event: Event, cluster: NaiveCluster): void {
  if (event.kind === "node-added") cluster.add(event.node);
  if (event.kind === "work-ended") cluster.release(event.work);
  if (event.kind !== "node-removed") return;
  assert.equal(cluster.nodes.get(event.node)?.works.size, 0, "a node that leaves holds no work");
  cluster.remove(event.node);
}

function milliFree(cluster: NaiveCluster): number {
  const all = [...cluster.nodes.values()].flatMap((naive) => naive.milliFree);
  return all.reduce((sum, free) => sum + free, 0);
}

test("S2: a refused event changes nothing", () => {
  const event = fc.oneof(
    { weight: 2, arbitrary: arbitraryStrangeEvents },
    { weight: 5, arbitrary: arbitrarySteps },
  );
  fc.assert(
    fc.property(
      anyPolicy,
      fc.array(event, { maxLength: 12, size: "max" }),
      seed,
      (policy, parts, seed) => {
        const scheduler = new Scheduler(buildModel(policy));
        const undisturbed = new Scheduler(buildModel(policy));
        const [random, sameRandom] = [congruentialRandom(seed), congruentialRandom(seed)];
        for (const step of parts.flat()) {
          const before = scheduler.hash();
          const [outcome] = runSteps(scheduler, [step], random);
          if (typeof outcome === "string") assert.equal(scheduler.hash(), before, outcome);
          else assert.deepEqual(runSteps(undisturbed, [step], sameRandom), [outcome]);
        }
        assert.equal(scheduler.hash(), undisturbed.hash());
      },
    ),
    { numRuns: 150 },
  );
});

test("S1, S5: equal events and random numbers give equal actions and an equal hash", () => {
  fc.assert(
    fc.property(anyPolicy, arbitraryScript, seed, (policy, script, seed) => {
      const [first, second] = [0, 1].map(() => {
        const scheduler = new Scheduler(buildModel(policy, script.profile));
        const outcomes = runSteps(scheduler, stepsOf(script), congruentialRandom(seed));
        return { outcomes, hash: scheduler.hash() };
      });
      assert.deepEqual(first, second);
    }),
    { numRuns: 150 },
  );
});

test("P13, S5: a model that other work has warmed gives the same actions and hash", () => {
  fc.assert(
    fc.property(
      anyPolicy,
      arbitraryScript,
      arbitraryScript,
      seed,
      (policy, script, other, seed) => {
        const cold = new Scheduler(buildModel(policy, script.profile));
        const model = buildModel(policy, script.profile);
        runSteps(new Scheduler(model), stepsOf(other), congruentialRandom(seed));
        const warm = new Scheduler(model);
        const steps = stepsOf(script);
        assert.deepEqual(
          runSteps(warm, steps, congruentialRandom(seed)),
          runSteps(cold, steps, congruentialRandom(seed)),
        );
        assert.equal(warm.hash(), cold.hash());
      },
    ),
    { numRuns: 150 },
  );
});

test("S6: a fork and its original do not see each other, and do the same alike", () => {
  const later = arbitrarySteps;
  fc.assert(
    fc.property(
      anyPolicy,
      arbitraryScript,
      later,
      later,
      seed,
      (policy, script, mine, its, seed) => {
        const history = stepsOf(script);
        const alone = (steps: readonly Step[]) => {
          const scheduler = new Scheduler(buildModel(policy, script.profile));
          runSteps(scheduler, history, congruentialRandom(seed));
          const outcomes = runSteps(scheduler, steps, congruentialRandom(seed));
          return { outcomes, hash: scheduler.hash() };
        };
        const original = new Scheduler(buildModel(policy, script.profile));
        runSteps(original, history, congruentialRandom(seed));
        const fork = original.fork();
        const twin = original.fork();
        const forkOutcomes = runSteps(fork, its, congruentialRandom(seed));
        const outcomes = runSteps(original, mine, congruentialRandom(seed));
        const twinOutcomes = runSteps(twin, mine, congruentialRandom(seed));
        assert.deepEqual({ outcomes: forkOutcomes, hash: fork.hash() }, alone(its));
        assert.deepEqual({ outcomes, hash: original.hash() }, alone(mine));
        assert.deepEqual({ outcomes: twinOutcomes, hash: twin.hash() }, alone(mine));
      },
    ),
    { numRuns: 100 },
  );
});

test("S7: ends of different works commute", () => {
  fc.assert(
    fc.property(
      anyPolicy,
      arbitraryScript,
      fc.array(fc.nat(49)),
      seed,
      (policy, script, picks, seed) => {
        const ends = [...new Set(picks)].map(
          (index) => ({ kind: "work-ended", work: workId(`work-${index}`) }) as const,
        );
        const [forwards, backwards] = [ends, ends.toReversed()].map((ends) => {
          const scheduler = new Scheduler(buildModel(policy, script.profile));
          const random = congruentialRandom(seed);
          runSteps(scheduler, [...stepsOf(script), ...ends], random);
          const hash = scheduler.hash();
          return { hash, actions: runSteps(scheduler, [{ kind: "decide" }], random) };
        });
        assert.deepEqual(forwards, backwards);
      },
    ),
    { numRuns: 150 },
  );
});

test("S7: work submitted and nodes added commute", () => {
  const submissions = fc
    .array(arbitraryRequest)
    .map((requests) =>
      requests.map(
        (request, index) =>
          ({ kind: "work-submitted", work: workId(`late-${index}`), request }) as const,
      ),
    );
  const additions = fc
    .array(arbitraryNode("late"))
    .map((nodes) =>
      nodes.map(
        (node, index) =>
          ({ kind: "node-added", node: { ...node, id: nodeId(`late-${index}`) } }) as const,
      ),
    );
  fc.assert(
    fc.property(
      anyPolicy,
      arbitraryScript,
      submissions,
      additions,
      (policy, script, works, nodes) => {
        const orders = [[...works, ...nodes], [...nodes, ...works], alternate(works, nodes)];
        const [first, ...others] = orders.map((events) => {
          const scheduler = new Scheduler(buildModel(policy, script.profile));
          const random = congruentialRandom(1);
          runSteps(scheduler, [...stepsOf(script), ...events], random);
          const hash = scheduler.hash();
          return { hash, actions: runSteps(scheduler, [{ kind: "decide" }], random) };
        });
        for (const other of others) assert.deepEqual(other, first);
      },
    ),
    { numRuns: 100 },
  );
});

function alternate(left: readonly Step[], right: readonly Step[]): Step[] {
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, index) => [
    ...right.slice(index, index + 1),
    ...left.slice(index, index + 1),
  ]).flat();
}
