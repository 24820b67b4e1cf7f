import type { HandlingShape, ScenarioShape } from "./scenario-shape.ts";

/**
 * Notes suspension and saving on request that take longer than the grace, for which nobody waits: once
 * each, with the number of jobs and the first. A source that is not a list counts as one.
 */
export function noteSlow({ jobs, grace }: ScenarioShape, notes: string[]): void {
  const all = jobs.flatMap((source, index): (readonly [who: string, HandlingShape])[] => {
    if (!("list" in source)) return [[`jobs[${index}]`, source]];
    return source.list.map((job) => [`job ${job.name}`, job]);
  });
  const slow = (isSlow: (shape: HandlingShape) => boolean): string => {
    const who = all.flatMap(([name, shape]) => (isSlow(shape) ? [name] : []));
    return who.length < 2 ? who.join("") : `${who[0]} and ${who.length - 1} more`;
  };
  const suspending = slow(({ suspension }) => (suspension?.suspend ?? 0) > grace);
  const saving = slow(({ checkpoint }) => {
    return checkpoint?.onRequest === true && checkpoint.save > grace;
  });
  const longer = `longer than the grace of ${grace / 1000} s`;
  if (suspending !== "") {
    notes.push(`${suspending}: to suspend takes ${longer}, so that it is never done.`);
  }
  if (saving !== "") {
    notes.push(`${saving}: to save takes ${longer}, so that no checkpoint is taken on request.`);
  }
}
