import {
  leastFreeFirst,
  type PlacementPolicy,
  type PolicyContext,
  type Scorer,
} from "../placement/placement-policy.ts";
import { CPU_SCALE, GPU_SCALE } from "./published-scales.ts";

/** The node whose free resources are least aligned with the request (rule P10). */
export const dotProduct: PlacementPolicy = {
  name: "dot-product",
  source: "baseline DotProd of Weng et al., USENIX ATC '23; after Tetris, SIGCOMM '14",
  readsHistory: false,
  isRandom: false,
  prepare: dotProductScorer,
};

function dotProductScorer({ states, classes }: PolicyContext): Scorer {
  return {
    score(state, request) {
      const gpuNeeded = classes.count[request] * classes.milli[request];
      const gpuFree = states.sets.milliFree[states.set[state]];
      const cpu = (states.cpuFree[state] / CPU_SCALE) * (classes.cpu[request] / CPU_SCALE);
      const gpu = (gpuFree / GPU_SCALE) * (gpuNeeded / GPU_SCALE);
      return Math.trunc(100 * (1 - 0.5 * (cpu + gpu)));
    },
    deviceScore: leastFreeFirst,
  };
}
