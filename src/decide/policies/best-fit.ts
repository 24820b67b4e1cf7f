import {
  leastFreeFirst,
  type PlacementPolicy,
  type PolicyContext,
  type Scorer,
} from "../placement/placement-policy.ts";
import { CPU_SCALE, GPU_SCALE } from "./published-scales.ts";

/** The node on which least is left over (rule P9). */
export const bestFit: PlacementPolicy = {
  name: "best-fit",
  source: "baseline BestFit of Weng et al., USENIX ATC '23; as in Protean, OSDI '20",
  readsHistory: false,
  isRandom: false,
  prepare: bestFitScorer,
};

function bestFitScorer({ states, classes }: PolicyContext): Scorer {
  return {
    score(state, request) {
      const cpuLeft = states.cpuFree[state] - classes.cpu[request];
      const gpuNeeded = classes.count[request] * classes.milli[request];
      const gpuLeft = states.sets.milliFree[states.set[state]] - gpuNeeded;
      return Math.trunc(100 * (1 - (0.5 * (cpuLeft / CPU_SCALE) + 0.5 * (gpuLeft / GPU_SCALE))));
    },
    deviceScore: leastFreeFirst,
  };
}
