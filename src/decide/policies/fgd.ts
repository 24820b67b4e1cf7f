import type { PlacementPolicy, PolicyContext, Scorer } from "../placement/placement-policy.ts";
import { Fragmentation } from "./fragmentation.ts";
import { percentOfSigmoid } from "./percent-of-sigmoid.ts";

/**
 * Fragmentation Gradient Descent (rule P8): the placement that raises the expected fragmentation
 * least. A share may take any device that fits, and takes the one with the best score.
 */
export const fgd: PlacementPolicy = {
  name: "fgd",
  source: "Weng et al., Beware of Fragmentation: Scheduling GPU-Sharing Workloads, USENIX ATC '23",
  readsHistory: false,
  isRandom: false,
  prepare: fgdScorer,
};

function fgdScorer(context: PolicyContext): Scorer {
  const { states, classes } = context;
  const { sets } = states;
  const fragmentation = new Fragmentation(context);

  function scoreOfSet(state: number, request: number, setAfter: number): number {
    const kind = states.shapeKind[states.shape[state]];
    const cpuFree = states.cpuFree[state];
    const before = fragmentation.of(kind, cpuFree, states.set[state]);
    const after = fragmentation.of(kind, cpuFree - classes.cpu[request], setAfter);
    return percentOfSigmoid((before - after) / 1000);
  }

  function deviceScore(state: number, request: number, milliFree: number): number {
    const left = milliFree - classes.milli[request];
    return scoreOfSet(state, request, sets.replace(states.set[state], milliFree, left));
  }

  function bestShare(state: number, request: number): number {
    const set = states.set[state];
    const count = sets.count(set);
    let best = -1;
    let last = -1;
    for (let rank = sets.firstFitting(set, classes.milli[request]); rank < count; rank += 1) {
      const milliFree = sets.at(set, rank);
      if (milliFree === last) continue;
      last = milliFree;
      best = Math.max(best, deviceScore(state, request, milliFree));
    }
    return best;
  }

  function score(state: number, request: number): number {
    if (classes.isShare(request)) return bestShare(state, request);
    const { count, milli } = classes;
    const after = sets.take(states.set[state], count[request], milli[request]);
    return scoreOfSet(state, request, after);
  }

  return { score, deviceScore };
}
