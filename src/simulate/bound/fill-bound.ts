import { requestedMilli } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import { capacityMilli, courseOf, type FillInput } from "../fill-input.ts";
import { allocationPercent, FillMeter } from "../fill-meter.ts";
import { roundHalfEven } from "../round-half-even.ts";
import { arrivalClasses } from "./arrival-classes.ts";
import { searchBoxes } from "./box-search.ts";
import { CutTimes } from "./cut-times.ts";

/** What no placement can exceed on one course; docs/bound.md derives it. */
export interface FillBound {
  readonly seed: number;
  /** Allocation in percent at the final load, rounded as results are. */
  readonly allocationAt: Readonly<Record<string, number>>;
  /** Devices' worth of GPU milli that no pod holds at the end, at least. */
  readonly gpusStranded: number;
  /** Linear programs solved. */
  readonly programs: number;
  /** True if more programs would not lower the bound. */
  readonly isConverged: boolean;
}

/** The bound for the course of a seed: additions, products and quotients, the same everywhere. */
export function boundFill(input: FillInput, seed: number): FillBound {
  const { nodes, pods, load } = input;
  const { arrivals } = courseOf(input, seed);
  const capacity = capacityMilli(nodes);
  const meter = new FillMeter({ capacity, load, scheduler: undefined });
  for (const pod of arrivals) {
    if (!meter.arrives(requestedMilli(pods.classes[pods.podClass[pod]].request))) break;
  }
  const times = new CutTimes(arrivalClasses(input, arrivals, meter.arrivals), meter.arrivals);
  const { milli, programs, isConverged } = searchBoxes(times, {
    cpu: nodes.reduce((sum, node) => sum + node.cpu, 0),
    memory: nodes.reduce((sum, node) => sum + node.memory, 0),
    devices: capacity / DEVICE_MILLI,
  });
  const used = Math.min(capacity, Math.floor(milli));
  return {
    seed,
    allocationAt: { [roundHalfEven(load * 100)]: allocationPercent(used, capacity) },
    gpusStranded: (capacity - used) / DEVICE_MILLI,
    programs,
    isConverged,
  };
}
