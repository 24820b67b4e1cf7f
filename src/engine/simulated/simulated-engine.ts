import type { Action, JobAction, ServiceAction, ServiceWaits } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { JobId, NodeId, ServiceId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { Engine, Step } from "../engine.ts";
import { Books } from "./books.ts";
import { CpuWatch } from "./cpu-watch.ts";
import { Gang } from "./gang.ts";
import { PhysicalNode } from "./physical-node.ts";
import { ServiceDesk } from "./service-desk.ts";
import type { PlannedEvent, RequestStream, SimulatedJob, Workload } from "./workload.ts";
import { World } from "./world.ts";

/**
 * Runs a workload in discrete events, with no chance of its own: the same workload and actions give
 * the same steps. In one moment the order is: what was under way comes to its end, planned events,
 * submissions, arrivals of requests, what begins in room that was left, and at last one observation
 * of each service that changed and of overcommitted nodes. The actions of one moment are all known before any of them begins.
 *
 * It keeps what each device, CPU and memory physically holds, and throws where an action would hold
 * more than there is. Cost: O(log running) for each thing that happens.
 */
export class SimulatedEngine implements Engine {
  readonly books: Books;
  readonly #world = new World();
  readonly #events: readonly PlannedEvent[];
  readonly #jobs: readonly SimulatedJob[];
  readonly #gangs = new Map<JobId, Gang>();
  readonly #desks = new Map<ServiceId, ServiceDesk>();
  readonly #cpuWatch = new CpuWatch(this.#world);
  readonly #watch: ((untilMs: number) => void) | undefined;
  #nextEvent = 0;
  #nextJob = 0;
  /** The first job, in order of submission, that is not over as far as is known. */
  #firstOpenJob = 0;

  /**
   * @param watch called whenever time is about to move on, with the time to which it moves: what it
   *   sees is so until then.
   */
  constructor({ events, jobs, requests }: Workload, watch?: (untilMs: number) => void) {
    this.#watch = watch;
    this.#events = events.toSorted((left, right) => left.atMs - right.atMs);
    this.#jobs = jobs.toSorted((left, right) => left.submitMs - right.submitMs);
    const streams = [...requests, ...streamsWithoutRequests(events, requests)];
    this.books = new Books(this.#jobs, streams);
    for (const [index, job] of this.#jobs.entries()) {
      const { id } = job.job;
      if (this.#gangs.has(id)) throw new Error(`job ${id} is in the workload twice`);
      const { jobs, jobMeter } = this.books;
      this.#gangs.set(id, new Gang(job, jobs[index], jobMeter, this.#world));
    }
    for (const [index, stream] of streams.entries()) {
      const { service } = stream;
      if (this.#desks.has(service)) throw new Error(`service ${service} has two request streams`);
      this.#desks.set(service, new ServiceDesk(stream, this.books.services[index], this.#world));
    }
  }

  /** The nodes that are there now. */
  get nodes(): Iterable<PhysicalNode> {
    return this.#world.nodes.values();
  }

  next(wakeMs: number | undefined): Step | undefined {
    const world = this.#world;
    const untilMs = Math.max(world.nowMs, wakeMs ?? Number.POSITIVE_INFINITY);
    for (;;) {
      const isLive = world.hasEvents || this.#cpuWatch.hasNews;
      const firstMs = isLive ? world.nowMs : this.#firstMs();
      if (firstMs > untilMs) {
        this.#advance(untilMs);
        return { nowMs: world.nowMs, events: [] };
      }
      if (firstMs === Number.POSITIVE_INFINITY) return undefined;
      this.#advance(Math.max(world.nowMs, firstMs));
      this.#live();
      if (world.hasEvents) return { nowMs: world.nowMs, events: world.takeEvents() };
    }
  }

  carryOut(nowMs: number, actions: readonly Action[]): void {
    if (nowMs !== this.#world.nowMs) {
      throw new Error(`actions of ${nowMs} ms cannot be carried out at ${this.#world.nowMs} ms`);
    }
    for (const action of actions) {
      // Whoever goes back to devices before somebody is suspended gives its host memory for that.
      if (action.kind === "suspend-job") this.#world.departures.beginFree();
      this.#begin(action);
    }
    this.#world.departures.beginFree();
  }

  #advance(toMs: number): void {
    if (toMs > this.#world.nowMs) this.#watch?.(toMs);
    this.#world.nowMs = toMs;
  }

  #firstMs(): number {
    let firstMs = this.#world.queue.firstMs();
    const event = this.#events[this.#nextEvent];
    if (event !== undefined) firstMs = Math.min(firstMs, event.atMs);
    const job = this.#jobs[this.#nextJob];
    if (job !== undefined) firstMs = Math.min(firstMs, job.submitMs);
    for (const desk of this.#desks.values()) firstMs = Math.min(firstMs, desk.nextArrivalMs());
    return firstMs;
  }

  /** All that happens at this moment. */
  #live(): void {
    const { nowMs } = this.#world;
    this.#endDue();
    while (this.#events[this.#nextEvent]?.atMs <= nowMs) {
      this.#nextEvent += 1;
      this.#happen(this.#events[this.#nextEvent - 1].event);
    }
    while (this.#jobs[this.#nextJob]?.submitMs <= nowMs) {
      this.#nextJob += 1;
      this.#world.emit({ kind: "job-submitted", job: this.#jobs[this.#nextJob - 1].job });
    }
    for (const desk of this.#desks.values()) desk.arrive();
    do this.#endDue();
    while (this.#world.departures.beginFree());
    for (const desk of this.#desks.values()) desk.report();
    this.#cpuWatch.report(this.#hasOpenJobs());
  }

  /** O(1) over a run: jobs that are over stay so. */
  #hasOpenJobs(): boolean {
    const { jobs } = this.books;
    while (jobs[this.#firstOpenJob]?.outcome !== undefined) this.#firstOpenJob += 1;
    return this.#firstOpenJob < jobs.length;
  }

  #endDue(): void {
    const { queue, nowMs } = this.#world;
    for (let timer = queue.takeDue(nowMs); timer !== undefined; timer = queue.takeDue(nowMs)) {
      timer.happen();
    }
  }

  #happen(event: Event): void {
    const { nodes } = this.#world;
    switch (event.kind) {
      case "node-added":
        this.#addNode(event.node);
        break;
      case "node-removed":
        nodes.delete(event.node);
        this.#cpuWatch.close(event.node);
        break;
      case "service-set":
        this.#deskOf(event.service.id, event.kind).set(event.service);
        break;
      case "service-removed":
        this.#deskOf(event.service, event.kind).remove();
        break;
      case "job-cancelled":
        this.#gangs.get(event.job)?.close("cancelled");
        break;
      case "replica-gone":
        for (const desk of this.#desks.values()) desk.crash(event.replica);
        return;
      default:
        break;
    }
    this.#world.emit(event);
    if (event.kind === "node-lost") this.#lose(event.node, undefined);
    if (event.kind === "device-failed") this.#lose(event.node, event.device);
  }

  #begin(action: Action): void {
    switch (action.kind) {
      case "start-job":
        return this.#gangOf(action).start(action);
      case "resume-job":
        return this.#gangOf(action).resume(action);
      case "grow-job":
        return this.#gangOf(action).grow(action);
      case "shrink-job":
        return this.#gangOf(action).shrink(action);
      case "suspend-job":
        return this.#gangOf(action).suspend(action);
      case "stop-job":
        return this.#gangOf(action).stop(action);
      case "give-up-job":
        return this.#gangOf(action).close("given-up");
      case "start-replica":
        return this.#deskFor(action).start(action);
      case "wake-replica":
        return this.#deskFor(action).wake(action);
      case "sleep-replica":
        return this.#deskFor(action).sleep(action);
      case "stop-replica":
        return this.#deskFor(action).stop(action);
      case "place":
        throw new Error(`place ${action.work}: a workload has jobs and services, and no such work`);
      case "wait":
      case "wait-job":
      case "service-waits":
        return undefined;
      default:
        return unreachable(action);
    }
  }

  #deskFor({ kind, service, replica }: ReplicaAction): ServiceDesk {
    return this.#deskOf(service, `${kind} ${replica}`);
  }

  #gangOf({ kind, job }: JobAction): Gang {
    const gang = this.#gangs.get(job);
    if (gang === undefined) throw new Error(`${kind} ${job}: there is no such job`);
    return gang;
  }

  #deskOf(service: ServiceId, who: string): ServiceDesk {
    const desk = this.#desks.get(service);
    if (desk === undefined) throw new Error(`${who}: there is no service ${service}`);
    return desk;
  }

  #addNode(node: Node): void {
    const load = this.#cpuWatch.open(node);
    if (load !== undefined) this.books.cpuLoads.push(load);
    this.#world.nodes.set(node.id, new PhysicalNode(node, load));
  }

  #lose(id: NodeId, device: number | undefined): void {
    const node = this.#world.nodes.get(id);
    if (node === undefined) return;
    if (device === undefined) {
      this.#world.nodes.delete(id);
      this.#cpuWatch.close(id);
    } else {
      node.fail(device);
    }
    for (const gang of this.#gangs.values()) gang.lose(node, device);
    for (const desk of this.#desks.values()) desk.lose(node, device);
  }
}

type ReplicaAction = Exclude<ServiceAction, ServiceWaits>;

/** Services that nobody asks anything. */
function streamsWithoutRequests(
  events: readonly PlannedEvent[],
  requests: readonly RequestStream[],
): RequestStream[] {
  const known = new Set(requests.map(({ service }) => service));
  const silent = new Set<ServiceId>();
  for (const { event } of events) {
    if (event.kind === "service-set" && !known.has(event.service.id)) silent.add(event.service.id);
  }
  const none = new Float64Array(0);
  return Array.from(silent, (service) => ({ service, arrivalMs: none, serveMs: none }));
}
