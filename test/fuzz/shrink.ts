import type { LifePlan } from "./life-plan.ts";
import { type Failure, tryLife } from "./fuzz-lives.ts";

/** Lives tried at most to make one failure smaller. */
const TRIES_MAX = 1500;

/** The parts of a plan that a life can do without. */
const PARTS = ["pranks", "jobs", "events", "requests"] as const;
type Part = (typeof PARTS)[number];

/**
 * A plan with less in it that breaks the same rule: jobs, services, faults and pranks are left out,
 * first many at once, then one by one, as long as something can be. The failing step is the last one
 * of what is found: lives are deterministic, so no shorter prefix breaks the rule.
 */
export function shrink(failure: Failure): Failure {
  const search = { smallest: failure, tries: 0 };
  for (let before: Failure | undefined; before !== search.smallest; ) {
    before = search.smallest;
    for (const part of PARTS) {
      const length = partOf(before.plan, part).length;
      for (let size = Math.max(1, length >> 1); size >= 1; size >>= 1) cutAll(search, part, size);
    }
  }
  return search.smallest;
}

/** Leaves out, where it can be, each run of `size` items of the part. */
function cutAll(search: { smallest: Failure; tries: number }, part: Part, size: number): void {
  for (let start = 0; start < partOf(search.smallest.plan, part).length; ) {
    if (search.tries === TRIES_MAX) return;
    search.tries += 1;
    const found = tryAgain(without(search.smallest.plan, part, start, size), search.smallest);
    if (found === undefined) start += size;
    else search.smallest = found;
  }
}

/** The failure of the plan if it is of the same rule, and comes no later than the other one. */
function tryAgain(plan: LifePlan, { rule, steps }: Failure): Failure | undefined {
  const { failure } = tryLife(plan, steps * 2);
  return failure?.rule === rule ? failure : undefined;
}

function partOf({ pranks, workload }: LifePlan, part: Part): readonly unknown[] {
  return part === "pranks" ? pranks : workload[part];
}

function without(plan: LifePlan, part: Part, start: number, count: number): LifePlan {
  const cut = <Item>(items: readonly Item[]) => [
    ...items.slice(0, start),
    ...items.slice(start + count),
  ];
  const { workload } = plan;
  if (part === "pranks") return { ...plan, pranks: cut(plan.pranks) };
  if (part === "jobs") return { ...plan, workload: { ...workload, jobs: cut(workload.jobs) } };
  if (part === "events")
    return { ...plan, workload: { ...workload, events: cut(workload.events) } };
  return { ...plan, workload: { ...workload, requests: cut(workload.requests) } };
}
