import type { WorkloadProfile } from "../../model/workload-profile.ts";
import { KindTable } from "../cluster/kind-table.ts";
import { NodeStates } from "../cluster/node-states.ts";
import { RequestClasses } from "../cluster/request-classes.ts";
import { LossyMap } from "../cluster/lossy-map.ts";
import { Fragmentation } from "../policies/fragmentation.ts";
import { type PlacementPolicy, SCORE_LIMIT, type Scorer } from "./placement-policy.ts";

/** Scores remembered at most: 32 MiB. */
const SCORES_MAX = 2 ** 21;
/** More classes than memory holds: states and classes share one key. */
const REQUESTS_MAX = 2 ** 24;

/**
 * A policy prepared for an expected workload, with everything it has found out so far. All of it is
 * a pure function of its keys, so that schedulers and their forks may share one model: sharing
 * changes how fast an answer comes, never the answer.
 */
export class PlacementModel {
  readonly policy: PlacementPolicy;
  readonly kinds = new KindTable();
  readonly classes = new RequestClasses(this.kinds);
  readonly states = new NodeStates();
  readonly scorer: Scorer;
  readonly fragmentation: Fragmentation;
  /** Scores by state and class. */
  readonly #scores = new LossyMap(SCORES_MAX);

  constructor(policy: PlacementPolicy, profile: WorkloadProfile) {
    this.policy = policy;
    const { states, classes, kinds } = this;
    const context = { states, classes, kinds, profile };
    this.scorer = policy.prepare(context);
    this.fragmentation = new Fragmentation(context);
  }

  /** The policy's score, remembered. The class fits on a node of this state. O(1) once seen. */
  score(state: number, request: number): number {
    const key = state * REQUESTS_MAX + request;
    const known = this.#scores.get(key);
    if (!Number.isNaN(known)) return known;
    const computed = this.scorer.score(state, request);
    if (!Number.isInteger(computed)) {
      throw new Error(`policy ${this.policy.name} scored ${computed}, which is no integer`);
    }
    const score = Math.min(Math.max(computed, -SCORE_LIMIT), SCORE_LIMIT);
    this.#scores.set(key, score);
    return score;
  }
}
