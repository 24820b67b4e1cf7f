import assert from "node:assert/strict";
import { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import { findPolicy } from "../../src/decide/policies/registry.ts";
import { Scheduler, type SchedulerOptions } from "../../src/decide/scheduler.ts";
import type { Action, MemberPlace, StartReplica, WakeReplica } from "../../src/model/action.ts";
import type { Event, RequestCounts } from "../../src/model/event.ts";
import type { DepartureId, ServiceId } from "../../src/model/ids.ts";
import type { RefusalCode } from "../../src/model/refusal.ts";
import type { Node } from "../../src/model/node.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { milliseconds } from "../../src/model/units.ts";
import { noRandom } from "./scripted-random.ts";

/** One member or replica as it physically is: who, where, what. */
interface Held {
  readonly owner: string;
  readonly member: number;
  readonly node: string;
  readonly devices: readonly number[];
  readonly request: ResourceRequest;
}

/**
 * A scheduler and the physical truth beside it, kept from its actions alone: what runs, what waits
 * for others to leave, what is leaving. It fails where something would begin in room that is not
 * free, where a gang is not whole, or where anything runs twice.
 */
export class Life {
  scheduler: Scheduler;
  nowMs = 0;
  /** By job: what its members ask for, and how many there are at least. */
  readonly requests = new Map<string, ResourceRequest>();
  /** By replica: the node that it is on. */
  readonly #homes = new Map<string, string>();
  readonly attempts = new Map<string, number>();
  readonly departures = new Set<DepartureId>();
  readonly nodes = new Map<string, Node>();
  readonly #observed = new Map<ServiceId, RequestCounts>();
  #running: Held[] = [];
  #leaving = new Map<DepartureId, readonly Held[]>();
  #waiting: { readonly held: readonly Held[]; readonly after: readonly DepartureId[] }[] = [];

  constructor(policy = "best-fit", options?: SchedulerOptions) {
    const profile = { classes: [] };
    this.scheduler = new Scheduler(new PlacementModel(findPolicy(policy)!, profile), options);
  }

  /** The code of the refusal, or `undefined`. A refused event must have changed nothing. */
  tell(event: Event): RefusalCode | undefined {
    const before = this.scheduler.hash();
    const result = this.scheduler.apply(event, milliseconds(this.nowMs));
    if (!result.ok) {
      assert.equal(this.scheduler.hash(), before, "S2");
      return result.reason.code;
    }
    if (event.kind === "node-added") this.nodes.set(event.node.id, event.node);
    if (event.kind === "node-lost") this.#loseNode(event.node);
    if (event.kind === "job-ended") this.#drop(event.job);
    if (event.kind === "departed") this.#depart(event.departure);
    if (event.kind === "replica-gone") this.#drop(event.replica);
    if (event.kind === "service-set") {
      this.requests.set(event.service.id, event.service.request);
    }
    if (event.kind === "job-submitted") {
      this.requests.set(event.job.id, event.job.roles[0].request);
    }
    return undefined;
  }

  /** So many requests of the service are in flight from now on, all of them begun. */
  observe(service: ServiceId, inFlight: number): void {
    const last = this.#observed.get(service) ?? { arrived: 0, begun: 0, ended: 0 };
    const change = inFlight - (last.arrived - last.ended);
    const arrived = last.arrived + Math.max(0, change);
    const requests = { arrived, begun: arrived, ended: last.ended - Math.min(0, change) };
    this.#observed.set(service, requests);
    assert.equal(this.tell({ kind: "service-observed", service, requests }), undefined);
  }

  /** One of those who are leaving has left; nothing happens if nobody is. */
  departOne(which: number): void {
    const open = [...this.departures];
    if (open.length === 0) return;
    this.tell({ kind: "departed", departure: open[which % open.length] });
  }

  decide(): Action[] {
    const actions = this.scheduler.decide(milliseconds(this.nowMs), noRandom);
    for (const action of actions) this.#carryOut(action);
    this.#checkRoom();
    return actions;
  }

  /** Members of the job that physically run or wait to. */
  membersOf(job: string): number {
    const waiting = this.#waiting.flatMap(({ held }) => held);
    return [...this.#running, ...waiting].filter(({ owner }) => owner === job).length;
  }

  #carryOut(action: Action): void {
    switch (action.kind) {
      case "start-job":
        assert.equal(this.membersOf(action.job), 0, `${action.job} runs twice`);
        this.attempts.set(action.job, action.attempt);
        this.#begin(action.job, action.members, action.after);
        return;
      case "resume-job":
      case "grow-job":
        this.#begin(action.job, action.members, action.after);
        return;
      case "suspend-job":
      case "stop-job":
        this.#leave(action.departure, ({ owner }) => owner === action.job);
        return;
      case "shrink-job": {
        const { departure, job, members } = action;
        this.#leave(departure, (held) => held.owner === job && members.includes(held.member));
        return;
      }
      case "start-replica":
        this.#homes.set(action.replica, action.node);
        this.#beginReplica(action);
        return;
      case "wake-replica":
        this.#beginReplica(action);
        return;
      case "sleep-replica":
      case "stop-replica":
        this.#leave(action.departure, ({ owner }) => owner === action.replica);
        return;
      default:
    }
  }

  #beginReplica({ service, replica, devices, after }: StartReplica | WakeReplica): void {
    assert.equal(this.membersOf(replica), 0, `${replica} runs twice`);
    const node = this.#homes.get(replica)!;
    const request = this.requests.get(service)!;
    this.#place([{ owner: replica, member: 0, node, devices, request }], after);
  }

  #begin(job: string, members: readonly MemberPlace[], after: readonly DepartureId[]): void {
    const request = this.requests.get(job)!;
    const held = members.map((place) => ({ owner: job, request, ...place }));
    this.#place(held, after);
  }

  #place(held: readonly Held[], after: readonly DepartureId[]): void {
    for (const { owner, node, devices, request } of held) {
      assert.ok(this.nodes.has(node), `${owner} is placed on ${node}, which is gone`);
      assert.equal(devices.length, request.accelerators?.count ?? 0);
    }
    for (const departure of after) assert.ok(this.departures.has(departure), "J4: awaits nobody");
    this.#waiting.push({ held, after });
    this.#beginWaiting();
  }

  #leave(departure: DepartureId, isLeaving: (held: Held) => boolean): void {
    this.departures.add(departure);
    this.#leaving.set(departure, this.#running.filter(isLeaving));
    this.#running = this.#running.filter((held) => !isLeaving(held));
    this.#waiting = this.#waiting
      .map(({ held, after }) => ({ held: held.filter((one) => !isLeaving(one)), after }))
      .filter(({ held }) => held.length > 0);
  }

  #depart(departure: DepartureId): void {
    this.departures.delete(departure);
    this.#leaving.delete(departure);
    this.#beginWaiting();
  }

  #beginWaiting(): void {
    const ready = this.#waiting.filter(({ after }) => !after.some((id) => this.departures.has(id)));
    this.#waiting = this.#waiting.filter((waiting) => !ready.includes(waiting));
    this.#running.push(...ready.flatMap(({ held }) => held));
    this.#checkRoom();
  }

  #drop(job: string): void {
    this.#running = this.#running.filter(({ owner }) => owner !== job);
    this.#waiting = this.#waiting.filter(({ held }) => held[0].owner !== job);
  }

  #loseNode(node: string): void {
    this.nodes.delete(node);
    const isThere = (held: Held) => held.node !== node;
    this.#running = this.#running.filter(isThere);
    for (const [id, held] of this.#leaving) this.#leaving.set(id, held.filter(isThere));
    this.#waiting = this.#waiting
      .map(({ held, after }) => ({ held: held.filter(isThere), after }))
      .filter(({ held }) => held.length > 0);
  }

  /** S3, J4: what runs and what is leaving is within every node's capacity. */
  #checkRoom(): void {
    const all = [...this.#running, ...[...this.#leaving.values()].flat()];
    for (const [id, node] of this.nodes) {
      const here = all.filter((held) => held.node === id);
      const cpu = here.reduce((sum, { request }) => sum + request.cpu, 0);
      const cpuMax = node.cpu * (node.overcommit?.cpuMax ?? 1);
      assert.ok(cpu <= cpuMax, `${id} runs ${cpu} of ${cpuMax} milli-CPU`);
      for (const [index, { milliFree }] of node.devices.entries()) {
        const on = here.filter(({ devices }) => devices.includes(index));
        const milli = on.reduce((sum, { request }) => sum + request.accelerators!.milli, 0);
        assert.ok(milli <= milliFree, `device ${index} of ${id} is held ${milli} times`);
      }
    }
  }
}
