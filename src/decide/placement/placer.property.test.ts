import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { arbitraryScript, type Script } from "../../../test/support/cluster-arbitraries.ts";
import {
  NAIVE_POLICIES,
  type NaiveAction,
  NaiveScheduler,
} from "../../../test/support/naive-scheduler.ts";
import { noRandom } from "../../../test/support/scripted-random.ts";
import type { WorkAction as Action } from "../../model/action.ts";
import { milliseconds } from "../../model/units.ts";
import { findPolicy } from "../policies/registry.ts";
import { Scheduler } from "../scheduler.ts";
import { PlacementModel } from "./placement-model.ts";
import { workActions } from "../../../test/support/work-actions.ts";

describe("P1, P2, P3, P4, P6, P7, P8, P9, P10, P11, P12: as a scheduler that rescans all", () => {
  for (const policy of NAIVE_POLICIES) {
    test(policy, () => {
      fc.assert(
        fc.property(arbitraryScript, (script) => compareWithNaive(policy, script)),
        {
          numRuns: 600,
        },
      );
    });
  }
});

function compareWithNaive(policy: string, { nodes, profile, steps }: Script): void {
  const naive = new NaiveScheduler(policy, profile);
  let scheduler = new Scheduler(new PlacementModel(findPolicy(policy)!, profile));
  const added = nodes.map((node) => ({ kind: "node-added", node }) as const);
  for (const step of [...added, ...steps, { kind: "decide" } as const]) {
    if (step.kind === "decide") {
      const actions = workActions(scheduler.decide(milliseconds(0), noRandom));
      assert.deepEqual(actions.map(toNaive), naive.decide());
    } else {
      const result = scheduler.apply(step);
      assert.equal(result.ok ? undefined : result.reason.code, naive.apply(step));
      // A fork goes on in its original's stead: it must know all that the original knew.
      if (step.kind === "node-removed") scheduler = scheduler.fork();
    }
  }
}

function toNaive(action: Action): NaiveAction {
  return action.kind === "place"
    ? { work: action.work, node: action.node, devices: action.devices }
    : { work: action.work, refusal: action.refusal.code };
}
