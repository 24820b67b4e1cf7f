import type { WorkloadProfile } from "../../model/workload-profile.ts";
import { KindTable } from "../cluster/kind-table.ts";
import { NodeStates } from "../cluster/node-states.ts";
import { RequestClasses } from "../cluster/request-classes.ts";
import { Fragmentation } from "../policies/fragmentation.ts";
import { type PlacementPolicy, SCORE_LIMIT, type Scorer } from "./placement-policy.ts";

const UNKNOWN = -32_767;

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
  /** Scores by class, then by state. */
  readonly #scores: Int16Array[] = [];

  constructor(policy: PlacementPolicy, profile: WorkloadProfile) {
    this.policy = policy;
    const { states, classes, kinds } = this;
    const context = { states, classes, kinds, profile };
    this.scorer = policy.prepare(context);
    this.fragmentation = new Fragmentation(context);
  }

  /** The policy's score, remembered. The class fits on a node of this state. O(1) once seen. */
  score(state: number, request: number): number {
    let scores = this.#scores[request];
    if (scores === undefined || state >= scores.length) scores = this.#grow(request, state);
    const known = scores[state];
    if (known !== UNKNOWN) return known;
    const computed = this.scorer.score(state, request);
    if (!Number.isInteger(computed)) {
      throw new Error(`policy ${this.policy.name} scored ${computed}, which is no integer`);
    }
    const score = Math.min(Math.max(computed, -SCORE_LIMIT), SCORE_LIMIT);
    scores[state] = score;
    return score;
  }

  #grow(request: number, state: number): Int16Array {
    const before = this.#scores[request] ?? new Int16Array(0);
    const scores = new Int16Array(Math.max(state + 1, before.length * 2, 256)).fill(UNKNOWN);
    scores.set(before);
    while (this.#scores.length <= request) this.#scores.push(new Int16Array(0));
    this.#scores[request] = scores;
    return scores;
  }
}
