import { requestedMilli } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import { capacityMilli, courseOf, type FillInput } from "../fill-input.ts";
import { FillMeter } from "../fill-meter.ts";
import { arrivalClasses } from "./arrival-classes.ts";
import { CutTimes, type Accepted, type Box } from "./cut-times.ts";
import { CuttingProgram } from "./cutting-program.ts";

/** What no placement can exceed on one course. docs/bound.md derives it. */
export interface FillBound {
  readonly seed: number;
  /** Allocation in percent at the final load, rounded as results are. */
  readonly allocationAt: Readonly<Record<string, number>>;
  /** Devices' worth of GPU milli that are left at the end at least. */
  readonly gpusStranded: number;
  /** Linear programs solved. */
  readonly programs: number;
  /** True if more programs would not lower the bound. */
  readonly isConverged: boolean;
}
