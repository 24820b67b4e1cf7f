import type { Action, LeaveReason, StartJob } from "../../model/action.ts";
import type { JobId, ServiceId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Node } from "../../model/node.ts";
import type { RefusalCode } from "../../model/refusal.ts";
import { requestedMilli, type ResourceRequest } from "../../model/resources.ts";
import { leastNodes } from "./least-nodes.ts";
import { type SizeClass, sizeClassOf } from "./size-classes.ts";

/** Orders to jobs to leave, for one reason. */
export interface Evictions {
  readonly reason: LeaveReason["code"];
  /** Whom the room was for: a service, another job, or nobody in particular. */
  readonly for: "online" | "offline" | "nobody";
  suspensions: number;
  stops: number;
  shrinks: number;
}

/** Orders to the replicas of one service. */
export interface ReplicaOrders {
  starts: number;
  wakes: number;
  sleeps: number;
  stops: number;
}

/** Nodes that a start of a gang took. */
export interface Spread {
  readonly size: SizeClass;
  /** Nodes taken over the least that could have held the gang, 1 or more. */
  readonly ratio: number;
}

/** Why a job is not running: what it was told last, or that it is suspended. */
export type Standstill = RefusalCode | "suspended";

/** What the scheduler ordered in a run. O(members) for each order. */
export class Orders {
  /** By reason, in order of first appearance. */
  readonly evictions = new Map<LeaveReason["code"], Evictions>();
  readonly replicas = new Map<ServiceId, ReplicaOrders>();
  /** One for each start of a gang of two or more members. */
  readonly spreads: Spread[] = [];
  /** Of the jobs that were told, or suspended, after they last began. */
  readonly standstills = new Map<JobId, Standstill>();
  evicted = 0;
  readonly #jobs: ReadonlyMap<JobId, BatchJob>;
  /** The least nodes of gangs on the nodes that there are. */
  #least = new Map<string, number | undefined>();

  constructor(jobs: ReadonlyMap<JobId, BatchJob>) {
    this.#jobs = jobs;
  }

  /** Nodes came or went. */
  forgetNodes(): void {
    this.#least.clear();
  }

  /** @param fleet all nodes that there are now. */
  note(action: Action, fleet: { readonly nodes: Iterable<Node> }): void {
    switch (action.kind) {
      case "wait-job":
      case "give-up-job":
        this.standstills.set(action.job, action.refusal.code);
        break;
      case "resume-job":
        this.standstills.delete(action.job);
        break;
      case "start-job":
        this.standstills.delete(action.job);
        if (action.members.length > 1) this.#noteSpread(action, fleet);
        break;
      case "suspend-job":
        this.standstills.set(action.job, "suspended");
        this.#evict(action.reason).suspensions += 1;
        break;
      case "stop-job":
        this.#evict(action.reason).stops += 1;
        break;
      case "shrink-job":
        this.#evict(action.reason).shrinks += 1;
        break;
      case "start-replica":
        this.#of(action.service).starts += 1;
        break;
      case "wake-replica":
        this.#of(action.service).wakes += 1;
        break;
      case "sleep-replica":
        this.#of(action.service).sleeps += 1;
        break;
      case "stop-replica":
        this.#of(action.service).stops += 1;
        break;
      default:
        break;
    }
  }

  #evict({ code, for: whom }: LeaveReason): Evictions {
    this.evicted += 1;
    const known = this.evictions.get(code);
    if (known !== undefined) return known;
    const forJob = whom === "" ? "nobody" : "offline";
    const evictions: Evictions = {
      reason: code,
      for: code === "online" || code === "overload" ? "online" : forJob,
      suspensions: 0,
      stops: 0,
      shrinks: 0,
    };
    this.evictions.set(code, evictions);
    return evictions;
  }

  #of(service: ServiceId): ReplicaOrders {
    const known = this.replicas.get(service);
    if (known !== undefined) return known;
    const orders = { starts: 0, wakes: 0, sleeps: 0, stops: 0 };
    this.replicas.set(service, orders);
    return orders;
  }

  #noteSpread({ job: id, members }: StartJob, { nodes }: { readonly nodes: Iterable<Node> }): void {
    const { roles } = this.#jobs.get(id)!;
    const requests = new Map(roles.map(({ name, request }) => [name, request]));
    const parts = Array.from(
      Map.groupBy(members, ({ role }) => role),
      ([role, { length: count }]) => ({ request: requests.get(role)!, count }),
    );
    const key = JSON.stringify(parts);
    if (!this.#least.has(key)) this.#least.set(key, leastNodes(parts, [...nodes]));
    const least = this.#least.get(key);
    if (least === undefined) return;
    const taken = new Set(members.map(({ node }) => node)).size;
    const size = sizeClassOf(milliOf(parts));
    // The bound for members that differ may pass what broken devices leave; never below 1.
    this.spreads.push({ size, ratio: Math.max(1, taken / least) });
  }
}

function milliOf(
  parts: readonly { readonly request: ResourceRequest; readonly count: number }[],
): number {
  return parts.reduce((sum, { request, count }) => sum + count * requestedMilli(request), 0);
}
