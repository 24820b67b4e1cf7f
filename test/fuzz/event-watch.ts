import type { Action } from "../../src/model/action.ts";
import type {
  DeviceFailed,
  Event,
  JobEnded,
  JobEvent,
  NodeLost,
  RequestCounts,
} from "../../src/model/event.ts";
import type { DepartureId, JobId, WorkId } from "../../src/model/ids.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { unreachable } from "../../src/model/unreachable.ts";
import type { Books } from "./books.ts";
import { beginJob, type JobLife, neededBy } from "./job-life.ts";
import { checkPlace, devicesSuffice, type Hold } from "./room.ts";
import { expectRule } from "./rule-broken.ts";

/** Longest back-off (rule J6). */
const BACKOFF_MS_MAX = 3_600_000;

/** Takes events into the books, and knows beforehand which ones have to be refused. */
export class EventWatch {
  readonly #books: Books;
  /** Single pieces of work, placed or not. */
  readonly works = new Map<WorkId, { readonly request: ResourceRequest; hold: Hold | undefined }>();
  #submitted = 0;

  constructor(books: Books) {
    this.#books = books;
  }

  /** Whether the scheduler has to accept the event. Quantities in it are within their ranges. */
  mayHappen(event: Event): boolean {
    const { logical, queues, services, physical } = this.#books;
    switch (event.kind) {
      case "node-added":
        return !logical.nodes.has(event.node.id);
      case "node-removed":
        return logical.nodes.has(event.node) && !this.#isHeld(event.node);
      case "node-lost":
      case "node-pressed":
        return logical.nodes.has(event.node);
      case "node-drained":
        return logical.nodes.get(event.node)?.isClosed === false;
      case "node-opened":
        return logical.nodes.get(event.node)?.isClosed === true;
      case "node-observed":
        return logical.nodes.get(event.node)?.node.overcommit !== undefined;
      case "device-failed": {
        const on = logical.nodes.get(event.node);
        return on?.milli[event.device] !== undefined && !on.failed.has(event.device);
      }
      case "work-submitted":
        return !this.works.has(event.work);
      case "work-ended":
        return this.works.has(event.work);
      case "queue-set":
        return queues.maySet(event.queue);
      case "queue-removed":
        return queues.mayRemove(event.queue);
      case "job-submitted":
      case "job-cancelled":
      case "job-started":
      case "job-checkpointed":
      case "job-ended":
        return this.#mayHappenToJob(event);
      case "service-set": {
        const life = services.lives.get(event.service.id);
        return (
          life === undefined || (!life.isRemoved && life.service.request === event.service.request)
        );
      }
      case "service-removed":
        return services.lives.get(event.service)?.isRemoved === false;
      case "service-observed": {
        const life = services.lives.get(event.service);
        return life?.isRemoved === false && canFollow(life.requests, event.requests);
      }
      case "replica-ready":
        return services.replicas.get(event.replica)?.place === "coming";
      case "replica-gone": {
        const replica = services.replicas.get(event.replica);
        return replica !== undefined && replica.place !== "leaving";
      }
      case "departed":
        return physical.isOpen(event.departure);
      default:
        return unreachable(event);
    }
  }

  #mayHappenToJob(event: JobEvent): boolean {
    const { queues } = this.#books;
    switch (event.kind) {
      case "job-submitted":
        return (
          this.aliveJob(event.job.id) === undefined &&
          queues.maySubmit(event.job.queue, neededBy(event.job))
        );
      case "job-cancelled":
        return this.aliveJob(event.job) !== undefined;
      case "job-started":
      case "job-checkpointed": {
        const life = this.aliveJob(event.job);
        const isRunning = life?.place === "running" && life.mustStop === undefined;
        return isRunning && life.attempt === event.attempt;
      }
      case "job-ended": {
        const life = this.aliveJob(event.job);
        if (life === undefined || life.attempt !== event.attempt) return false;
        return life.place === "running" || life.place === "suspended" || isStopping(life);
      }
      default:
        return unreachable(event);
    }
  }

  /** Takes in an event that was accepted. */
  happen(event: Event): void {
    const { logical, ground, queues, services } = this.#books;
    switch (event.kind) {
      case "node-added":
        logical.add(event.node);
        ground.add(event.node);
        return;
      case "node-removed":
        logical.remove(event.node);
        ground.remove(event.node);
        return;
      case "node-lost":
      case "device-failed":
        return this.#lose(event);
      case "node-drained":
      case "node-opened":
        logical.nodes.get(event.node)!.isClosed = event.kind === "node-drained";
        return;
      case "node-pressed":
        logical.nodes.get(event.node)!.pressed = event.isPressed ? "anew" : "no";
        return;
      case "node-observed":
        return;
      case "work-submitted":
        this.works.set(event.work, { request: event.request, hold: undefined });
        return;
      case "work-ended": {
        const { hold } = this.works.get(event.work)!;
        if (hold !== undefined) logical.release(hold);
        this.works.delete(event.work);
        return;
      }
      case "queue-set":
        return queues.set(event.queue);
      case "queue-removed":
        return queues.remove(event.queue);
      case "job-submitted":
      case "job-cancelled":
      case "job-started":
      case "job-checkpointed":
      case "job-ended":
        return this.#happenToJob(event);
      case "service-set":
        return services.set(event.service);
      case "service-removed":
        services.lives.get(event.service)!.isRemoved = true;
        return;
      case "service-observed":
        services.lives.get(event.service)!.requests = event.requests;
        return;
      case "replica-ready":
        services.replicas.get(event.replica)!.place = "awake";
        return;
      case "replica-gone":
        return services.vanish(services.replicas.get(event.replica)!);
      case "departed":
        return this.#depart(event.departure);
      default:
        return unreachable(event);
    }
  }

  /** Takes in what a decision says about a single piece of work. */
  carryOut(action: Extract<Action, { kind: "place" | "wait" }>): void {
    const work = this.works.get(action.work);
    expectRule(
      work?.hold === undefined && work !== undefined,
      "S4",
      `${action.work} is not pending`,
    );
    if (action.kind === "wait") return;
    const { logical } = this.#books;
    const hold = logical.holdOf(action.node, work.request, action.devices, action.work);
    checkPlace(hold.on, work.request, action.devices, action.work);
    logical.take(hold, action.work);
    work.hold = hold;
  }

  /** The job, unless it was never accepted or is over. */
  aliveJob(id: JobId): JobLife | undefined {
    const life = this.#books.jobs.lives.get(id);
    return life?.place === "ended" ? undefined : life;
  }

  #happenToJob(event: JobEvent): void {
    const { jobs, queues, nowMs } = this.#books;
    if (event.kind === "job-submitted") {
      const life = beginJob(event.job, this.#submitted, nowMs);
      this.#submitted += 1;
      jobs.lives.set(event.job.id, life);
      jobs.alive.add(life);
      queues.countJob(event.job.queue, life.needed, 1);
      return;
    }
    const life = jobs.lives.get(event.job)!;
    if (event.kind === "job-started") life.startedMs = nowMs;
    if (event.kind === "job-ended") this.#endJob(life, event);
    if (event.kind !== "job-cancelled") return;
    life.outcome ??= "cancelled";
    if (life.place === "pending" || life.place === "delayed") jobs.end(life);
    else if (isStopping(life)) life.isOver = true;
    else life.mustStop = "cancelled";
  }

  #endJob(life: JobLife, { outcome }: JobEnded): void {
    const { jobs, physical, nowMs } = this.#books;
    const { id, retries } = life.job;
    if (isStopping(life)) {
      if (outcome === "succeeded") {
        life.isOver = true;
        life.outcome ??= "succeeded";
      }
      return;
    }
    physical.vanish(id);
    jobs.vacate(life);
    if (outcome === "succeeded") {
      life.outcome = "succeeded";
      jobs.end(life);
      return;
    }
    if (outcome === "lost") {
      life.place = "pending";
      life.waitCode = undefined;
      return;
    }
    life.failures += 1;
    if (life.failures > retries.max) {
      life.outcome = "given-up";
      life.mustGiveUp = true;
      jobs.end(life);
      return;
    }
    life.place = "delayed";
    life.untilMs = nowMs + Math.min(retries.backoffMs * 2 ** (life.failures - 1), BACKOFF_MS_MAX);
  }

  #depart(departure: DepartureId): void {
    const { jobs, services, physical, kept } = this.#books;
    physical.departed(departure);
    kept.departed(departure);
    services.departed(departure);
    const life = jobs.departing.get(departure);
    if (life === undefined) return;
    jobs.departing.delete(departure);
    if (life.isOver) return jobs.end(life);
    life.place = "pending";
    life.waitCode = undefined;
  }

  /** A node, or one device of it, is gone. */
  #lose(event: NodeLost | DeviceFailed): void {
    const { logical, ground, jobs, services } = this.#books;
    const on = logical.nodes.get(event.node)!;
    const device = event.kind === "device-failed" ? event.device : undefined;
    const isHit = (hold: Hold) =>
      hold.on === on && (device === undefined || hold.devices.includes(device));
    for (const life of jobs.alive) {
      if (life.mustStop !== undefined) continue;
      const isLost = [...life.members.values()].some(({ hold }) => isHit(hold));
      if (isLost) life.mustStop = device === undefined ? "node-lost" : "device-failed";
    }
    for (const replica of services.replicas.values()) {
      if (replica.place !== "leaving" && isHit(replica.hold)) services.vanish(replica);
    }
    for (const work of this.works.values()) {
      if (work.hold === undefined || !isHit(work.hold)) continue;
      logical.release(work.hold);
      work.hold = undefined;
    }
    if (device === undefined) {
      logical.remove(event.node);
      ground.remove(event.node);
      return;
    }
    on.failed.add(device);
    for (const life of jobs.alive) {
      if (life.place !== "suspended" || life.mustStop !== undefined) continue;
      const here = [...life.members.values()].filter(({ hold }) => hold.on === on);
      const requests = here.map(({ role }) => role.request);
      if (!devicesSuffice(on, requests)) life.mustStop = "device-failed";
    }
  }

  #isHeld(node: string): boolean {
    const { jobs, services } = this.#books;
    for (const { members, mustStop } of jobs.alive) {
      if (mustStop !== undefined) continue;
      for (const member of members.values()) if (member.node === node) return true;
    }
    for (const { place, hold } of services.replicas.values()) {
      if (place !== "leaving" && hold.on.node.id === node) return true;
    }
    for (const { hold } of this.works.values()) if (hold?.on.node.id === node) return true;
    return false;
  }
}

/** It is leaving, or the scheduler has decided that it will. */
function isStopping({ place, mustStop }: JobLife): boolean {
  return place === "stopping" || mustStop !== undefined;
}

/** Whether these counts may come after the last ones (rule A1). */
function canFollow(last: RequestCounts, { arrived, begun, ended }: RequestCounts): boolean {
  return arrived >= last.arrived && ended >= last.ended && ended <= begun && begun <= arrived;
}
