import type { PlacementPolicy } from "../placement/placement-policy.ts";
import { bestFit } from "./best-fit.ts";
import { dotProduct } from "./dot-product.ts";
import { fgd } from "./fgd.ts";
import { gpuClustering } from "./gpu-clustering.ts";
import { gpuPacking } from "./gpu-packing.ts";
import { neuraxis } from "./neuraxis.ts";
import { random } from "./random.ts";

/** Every placement policy, in the order in which reports list them. */
export const PLACEMENT_POLICIES: readonly PlacementPolicy[] = [
  random,
  dotProduct,
  gpuClustering,
  gpuPacking,
  bestFit,
  fgd,
  neuraxis,
];

/** The policy of this name, or `undefined`. */
export function findPolicy(name: string): PlacementPolicy | undefined {
  return PLACEMENT_POLICIES.find((policy) => policy.name === name);
}
