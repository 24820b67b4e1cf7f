import { sortBit } from "../cluster/cluster-table.ts";
import {
  leastFreeFirst,
  type PlacementPolicy,
  type PolicyContext,
  type Scorer,
} from "../placement/placement-policy.ts";
import { GPU_SCALE } from "./published-scales.ts";

const ALONE = 75;
const MIXED = 50;
const EMPTY = 25;

/** Work of one sort together on a node: shares, one device, two devices, … (rule P12). */
export const gpuClustering: PlacementPolicy = {
  name: "gpu-clustering",
  source: "baseline GpuClustering of Weng et al., USENIX ATC '23; after Gandiva, OSDI '18",
  readsHistory: true,
  isRandom: false,
  prepare: gpuClusteringScorer,
};

function gpuClusteringScorer({ states, classes }: PolicyContext): Scorer {
  function company(history: number, sort: number): number {
    if (history === 0) return EMPTY;
    if (history === sort) return ALONE;
    return (history & sort) === 0 ? 0 : MIXED;
  }

  return {
    score(state, request) {
      if (classes.count[request] === 0) return 0;
      const free = states.sets.milliFree[states.set[state]];
      const fullness = Math.trunc((25 * (GPU_SCALE - free)) / GPU_SCALE);
      return company(states.history[state], sortBit(classes, request)) + fullness;
    },
    deviceScore: leastFreeFirst,
  };
}
