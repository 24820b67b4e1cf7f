import type { WorkloadProfile } from "../../model/workload-profile.ts";
import type { KindTable } from "../cluster/kind-table.ts";
import type { NodeStates } from "../cluster/node-states.ts";
import type { RequestClasses } from "../cluster/request-classes.ts";

/**
 * A rule that says which node is best for a piece of work. It sees the state of one node and the
 * class of one request, nothing else, so that its scores can be remembered by state and class.
 */
export interface PlacementPolicy {
  readonly name: string;
  /** Where the rule is published, or the section of SPEC.md that derives it. */
  readonly source: string;
  /** True iff scores read `NodeStates.history`. */
  readonly readsHistory: boolean;
  /** Draws among what fits instead of scoring it (rule P5). */
  readonly isRandom: boolean;
  /** Prepares the scores for one expected workload. */
  prepare(context: PolicyContext): Scorer;
}

export interface PolicyContext {
  readonly states: NodeStates;
  readonly classes: RequestClasses;
  readonly kinds: KindTable;
  readonly profile: WorkloadProfile;
}

/** Both scores are deterministic functions of their arguments, and integers. */
export interface Scorer {
  /** Score of putting the class on a node of this state, on which it fits; highest wins. */
  score(state: number, request: number): number;
  /**
   * Score of the share of one device with `milliFree` left on a node of this state; highest wins,
   * lowest index among equals. Asked only for classes that want a part of one device.
   */
  deviceScore(state: number, request: number, milliFree: number): number;
}

/** Largest magnitude of a node's score; one beyond it counts as this (rule P13). */
export const SCORE_LIMIT = 32_000;

/** The rule of the published baselines: a share takes the fitting device with least left. */
export function leastFreeFirst(_state: number, _request: number, milliFree: number): number {
  return -milliFree;
}
