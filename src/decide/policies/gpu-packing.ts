import { DEVICE_MILLI } from "../../model/units.ts";
import {
  leastFreeFirst,
  type PlacementPolicy,
  type PolicyContext,
  type Scorer,
} from "../placement/placement-policy.ts";

/** Devices in use before free devices, nodes in use before free nodes (rule P11). */
export const gpuPacking: PlacementPolicy = {
  name: "gpu-packing",
  source: "baseline GpuPacking of Weng et al., USENIX ATC '23; after MLaaS in the Wild, NSDI '22",
  readsHistory: false,
  isRandom: false,
  prepare: gpuPackingScorer,
};

function gpuPackingScorer({ states, classes }: PolicyContext): Scorer {
  const { sets } = states;

  /** Sum of the milli left on the devices that the request fills, and how many are whole. */
  function filled(set: number, request: number): { milli: number; whole: number } {
    const first = sets.firstFitting(set, classes.milli[request]);
    let milli = 0;
    let whole = 0;
    for (let taken = 0; taken < classes.count[request]; taken += 1) {
      const free = sets.at(set, first + taken);
      milli += free;
      if (free === DEVICE_MILLI) whole += 1;
    }
    return { milli, whole };
  }

  return {
    score(state, request) {
      if (classes.count[request] === 0) return 0;
      const set = states.set[state];
      const devices = sets.count(set);
      if (sets.wholeFree[set] === devices) return Math.max(33 - devices, devices);
      const { milli, whole } = filled(set, request);
      if (whole > 0) return Math.max(50 - whole, 33);
      return Math.max(50, 100 - Math.floor(milli / 100));
    },
    deviceScore: leastFreeFirst,
  };
}
