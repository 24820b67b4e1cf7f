import { PlacementModel } from "../decide/placement/placement-model.ts";
import { findPolicy } from "../decide/policies/registry.ts";
import { type SavedScheduler, Scheduler } from "../decide/scheduler.ts";
import type { JournalOrigin } from "./journal/journal.ts";

/** Makes schedulers as a journal begins with. They share what the policy finds out. */
export interface SchedulerMaker {
  readonly blank: () => Scheduler;
  /** @param saved what `save` gave, as JSON and back. */
  readonly restore: (saved: SavedScheduler) => Scheduler;
}

/** @throws Error for a policy that this program does not have. */
export function schedulerMaker({
  policy: name,
  profile,
  scheduler,
}: JournalOrigin): SchedulerMaker {
  const policy = findPolicy(name);
  if (policy === undefined) {
    throw new Error(`the journal's placement policy ${name} is not in this program`);
  }
  const model = new PlacementModel(policy, profile);
  return {
    blank: () => new Scheduler(model, scheduler),
    restore: (saved) => Scheduler.restore(model, saved, scheduler),
  };
}
