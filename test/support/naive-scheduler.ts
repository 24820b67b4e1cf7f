import type { Event } from "../../src/model/event.ts";
import type { NodeId, WorkId } from "../../src/model/ids.ts";
import type { RefusalCode } from "../../src/model/refusal.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import type { WorkloadProfile } from "../../src/model/workload-profile.ts";
import { NaiveCluster, type NaiveNode } from "./naive-cluster.ts";
import {
  NAIVE_SCORES,
  naiveDevices,
  naiveFgd,
  type NaiveClass,
  type NaiveState,
  naiveTypical,
} from "./naive-scores.ts";

export type NaiveAction =
  | { readonly work: WorkId; readonly node: NodeId; readonly devices: readonly number[] }
  | { readonly work: WorkId; readonly refusal: RefusalCode };

/** Policies whose choice this file derives from SPEC.md a second time. */
export const NAIVE_POLICIES = ["fgd", ...Object.keys(NAIVE_SCORES)];

/**
 * The rules of SPEC.md once more, without a cache, a tree or a table: each piece of work looks at
 * each node and computes each score anew. For valid events of at most 31 kinds.
 */
export class NaiveScheduler {
  readonly #policy: string;
  readonly #typical: readonly NaiveClass[];
  readonly #cluster = new NaiveCluster();
  readonly #requests = new Map<WorkId, ResourceRequest>();
  #pending: WorkId[] = [];

  constructor(policy: string, profile: WorkloadProfile) {
    this.#policy = policy;
    this.#typical = naiveTypical(profile);
  }

  /** The code of the refusal, or `undefined`. */
  apply(event: Event): RefusalCode | undefined {
    if (event.kind === "node-added") {
      if (this.#cluster.nodes.has(event.node.id)) return "duplicate-node";
      this.#cluster.add(event.node);
    } else if (event.kind === "node-removed") {
      const naive = this.#cluster.nodes.get(event.node);
      if (naive === undefined) return "unknown-node";
      if (naive.works.size > 0) return "node-not-empty";
      this.#cluster.remove(event.node);
    } else if (event.kind === "work-submitted") {
      if (this.#requests.has(event.work)) return "duplicate-work";
      this.#requests.set(event.work, event.request);
      this.#pending.push(event.work);
    } else if (event.kind === "work-ended") {
      if (!this.#requests.delete(event.work)) return "unknown-work";
      this.#pending = this.#pending.filter((work) => work !== event.work);
      this.#cluster.release(event.work);
    } else {
      throw new Error(`${event.kind} is not one of the events that this file derives`);
    }
    return undefined;
  }

  decide(): NaiveAction[] {
    return [...this.#pending].map((work) => this.#tryPlace(work, this.#requests.get(work)!));
  }

  #tryPlace(work: WorkId, request: ResourceRequest): NaiveAction {
    let best: { naive: NaiveNode; score: number; devices: readonly number[] } | undefined;
    for (const naive of this.#cluster.fitting(request)) {
      const choice = this.#choose(stateOf(naive), request);
      if (best === undefined || choice.score > best.score) best = { naive, ...choice };
    }
    if (best === undefined) {
      const isReachable = this.#cluster.fitsEmpty(request);
      return { work, refusal: isReachable ? "no-room-now" : "larger-than-any-node" };
    }
    const place = { work, node: best.naive.node.id, devices: best.devices };
    this.#cluster.take(place, request);
    this.#pending = this.#pending.filter((each) => each !== work);
    return place;
  }

  /** The node's score and the devices that the work would take there. */
  #choose(state: NaiveState, request: ResourceRequest) {
    const { count = 0, milli = 0 } = request.accelerators ?? {};
    const isShare = count === 1 && milli < 1000;
    if (this.#policy !== "fgd") {
      const devices = naiveDevices(state.milliFree, count, milli);
      return { score: NAIVE_SCORES[this.#policy](state, request), devices };
    }
    const choices = isShare
      ? state.milliFree.flatMap((free, device) => (free >= milli ? [[device]] : []))
      : [naiveDevices(state.milliFree, count, milli)];
    const scored = choices.map((devices) => ({
      devices,
      score: naiveFgd(this.#typical, state, { request, devices }),
    }));
    return scored.reduce((best, each) => (each.score > best.score ? each : best));
  }
}

function stateOf({ node, cpuFree, milliFree, sorts }: NaiveNode): NaiveState {
  return { kind: node.devices[0]?.kind, cpuFree, milliFree, sorts };
}
