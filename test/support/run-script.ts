import type { Action } from "../../src/model/action.ts";
import type { Node } from "../../src/model/node.ts";
import type { Random } from "../../src/model/random.ts";
import type { RefusalCode } from "../../src/model/refusal.ts";
import { milliseconds } from "../../src/model/units.ts";
import type { WorkloadProfile } from "../../src/model/workload-profile.ts";
import { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import { findPolicy } from "../../src/decide/policies/registry.ts";
import { Scheduler } from "../../src/decide/scheduler.ts";
import type { Script, Step } from "./cluster-arbitraries.ts";

/** @throws Error if there is no policy of this name. */
export function buildModel(policy: string, profile: WorkloadProfile = { classes: [] }) {
  const found = findPolicy(policy);
  if (found === undefined) throw new Error(`no policy ${policy}`);
  return new PlacementModel(found, profile);
}

export function buildScheduler(policy: string, nodes: readonly Node[] = []): Scheduler {
  const scheduler = new Scheduler(buildModel(policy));
  runSteps(scheduler, nodes.map(toEvent), { below: () => 0 });
  return scheduler;
}

/** The steps of a script, its nodes first. */
export function stepsOf({ nodes, steps }: Script): Step[] {
  return [...nodes.map(toEvent), ...steps];
}

/** What came back, step by step: actions of `decide`, codes of refused events. */
export function runSteps(
  scheduler: Scheduler,
  steps: readonly Step[],
  random: Random,
): (readonly Action[] | RefusalCode | undefined)[] {
  return steps.map((step) => {
    if (step.kind === "decide") return scheduler.decide(milliseconds(0), random);
    const result = scheduler.apply(step);
    return result.ok ? undefined : result.reason.code;
  });
}

function toEvent(node: Node) {
  return { kind: "node-added", node } as const;
}
