import type { PlacementPolicy, PolicyContext, Scorer } from "../placement/placement-policy.ts";
import { NodePotential } from "./node-potential.ts";

/** GPU milli of potential that one point of score stands for. */
const QUANTUM_MILLI = 10;

/**
 * Least rise of the potential (rules N1 to N5 of SPEC.md): a placement is good if it leaves behind
 * what the expected workload can use.
 */
export const neuraxis: PlacementPolicy = {
  name: "neuraxis",
  source: "rules N1 to N5 of SPEC.md, with their derivation",
  readsHistory: false,
  isRandom: false,
  prepare: neuraxisScorer,
};

function neuraxisScorer(context: PolicyContext): Scorer {
  const { states, classes } = context;
  const { sets } = states;
  const potential = new NodePotential(context);

  function fall(state: number, request: number, setAfter: number): number {
    const kind = states.shapeKind[states.shape[state]];
    const cpuFree = states.cpuFree[state];
    const before = potential.of(kind, cpuFree, states.set[state]);
    return before - potential.of(kind, cpuFree - classes.cpu[request], setAfter);
  }

  function deviceFall(state: number, request: number, milliFree: number): number {
    const left = milliFree - classes.milli[request];
    return fall(state, request, sets.replace(states.set[state], milliFree, left));
  }

  function bestShare(state: number, request: number): number {
    const set = states.set[state];
    const count = sets.count(set);
    let best = Number.NEGATIVE_INFINITY;
    let last = -1;
    for (let rank = sets.firstFitting(set, classes.milli[request]); rank < count; rank += 1) {
      const milliFree = sets.at(set, rank);
      if (milliFree === last) continue;
      last = milliFree;
      best = Math.max(best, deviceFall(state, request, milliFree));
    }
    return best;
  }

  function score(state: number, request: number): number {
    if (classes.isShare(request)) {
      return Math.round(bestShare(state, request) / QUANTUM_MILLI);
    }
    const { count, milli } = classes;
    const after = sets.take(states.set[state], count[request], milli[request]);
    return Math.round(fall(state, request, after) / QUANTUM_MILLI);
  }

  /** To a thousandth of a milli, then least left first. */
  function deviceScore(state: number, request: number, milliFree: number): number {
    return Math.round(deviceFall(state, request, milliFree) * 1000) * 2048 - milliFree;
  }

  return { score, deviceScore };
}
