import { grownFloats } from "../cluster/grown.ts";
import type { PlacementPolicy, PolicyContext, Scorer } from "../placement/placement-policy.ts";
import { NodePotential } from "./node-potential.ts";

/** GPU milli of potential that one point of score stands for. */
const QUANTUM_MILLI = 10;
/** Device scores tell falls apart to a thousandth of a milli, then which device has less left. */
const FALL_STEPS = 1000;
const MILLI_STEPS = 2048;

/**
 * Least rise of the potential (rules N1 to N7 of SPEC.md): a placement is good if it leaves behind
 * what the expected workload can use.
 */
export const neuraxis: PlacementPolicy = {
  name: "neuraxis",
  source: "rules N1 to N7 of SPEC.md, with their derivation",
  readsHistory: false,
  isRandom: false,
  prepare: neuraxisScorer,
};

function neuraxisScorer(context: PolicyContext): Scorer {
  const { states, classes } = context;
  const { sets } = states;
  const potential = new NodePotential(context);
  /** Φ by state, NaN where it was not asked for yet. */
  let known = new Float64Array(1024).fill(Number.NaN);

  function before(state: number): number {
    if (state >= known.length) known = grownFloats(known, state + 1, Number.NaN);
    if (Number.isNaN(known[state])) {
      known[state] = potential.of(states.cpuFree[state], states.set[state]);
    }
    return known[state];
  }

  function devicesAfter(set: number, request: number): number {
    const milli = classes.milli[request];
    if (classes.isShare(request)) return potential.leastAfterShare(set, milli);
    return potential.ofDevices(sets.take(set, classes.count[request], milli));
  }

  function score(state: number, request: number): number {
    const set = states.set[state];
    const milliLeft = sets.milliFree[set] - classes.count[request] * classes.milli[request];
    const cpuLeft = states.cpuFree[state] - classes.cpu[request];
    const after = devicesAfter(set, request) + potential.ofCpu(cpuLeft, milliLeft);
    return Math.round((before(state) - after) / QUANTUM_MILLI);
  }

  /** Devices of a node differ only in what they leave behind on themselves. */
  function deviceScore(state: number, request: number, milliFree: number): number {
    const left = milliFree - classes.milli[request];
    const after = potential.ofDevices(sets.replace(states.set[state], milliFree, left));
    return Math.round(-after * FALL_STEPS) * MILLI_STEPS - milliFree;
  }

  return { score, deviceScore };
}
