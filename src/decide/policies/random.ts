import { leastFreeFirst, type PlacementPolicy } from "../placement/placement-policy.ts";

/** Any node that fits, any device that fits, each as likely as the other (rule P5). */
export const random: PlacementPolicy = {
  name: "random",
  source: "baseline Random of Weng et al., USENIX ATC '23",
  readsHistory: false,
  isRandom: true,
  prepare: () => ({ score: () => 0, deviceScore: leastFreeFirst }),
};
