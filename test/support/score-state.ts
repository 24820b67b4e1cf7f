import { NO_KIND } from "../../src/decide/cluster/kind-table.ts";
import type { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";

interface StateOptions {
  /** Milli-CPU free. */
  readonly cpu?: number;
  readonly kind?: string;
  /** Milli free by device. */
  readonly devices?: readonly number[];
  /** Bits of the sorts of work ever placed (rule P12). */
  readonly history?: number;
}

/** A node's state in the model's tables. */
export function internState(model: PlacementModel, options: StateOptions): number {
  const { cpu = 0, kind = "A", devices = [], history = 0 } = options;
  const { states } = model;
  const index = devices.length === 0 ? NO_KIND : model.kinds.intern(kind)!;
  const shape = states.internShape([index, cpu, 0, devices.length, 0]);
  const set = states.sets.intern(Int32Array.from(devices), 0, devices.length);
  return states.intern([shape, cpu, 0, set, history]);
}

/** Score of the request on a node of this state, on which it fits. */
export function scoreOf(
  model: PlacementModel,
  state: StateOptions,
  request: ResourceRequest,
): number {
  return model.score(internState(model, state), model.classes.intern(request)!);
}
