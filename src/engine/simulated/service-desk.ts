import type { SleepReplica, StartReplica, StopReplica, WakeReplica } from "../../model/action.ts";
import type { RequestCounts } from "../../model/event.ts";
import type { ReplicaId } from "../../model/ids.ts";
import type { ModelService } from "../../model/service.ts";
import type { ServiceHistory } from "./books.ts";
import {
  type Hold,
  holdOf,
  isOn,
  memoryHold,
  milliOf,
  type PhysicalNode,
} from "./physical-node.ts";
import { cpuUsedBy, type Replica, replicaNumber, type ReplicaState, useOf } from "./replica.ts";
import { RequestLine } from "./request-line.ts";
import type { RequestStream } from "./workload.ts";
import type { World } from "./world.ts";

/** One service: its requests in a line, its replicas, and who serves what. */
export class ServiceDesk {
  readonly #stream: RequestStream;
  readonly #history: ServiceHistory;
  readonly #world: World;
  readonly #line: RequestLine;
  readonly #replicas = new Map<ReplicaId, Replica>();
  /** In order of their numbers. */
  #ready: Replica[] = [];
  #service: ModelService | undefined;
  #isReported = false;
  /** What was reported last. */
  #reported: RequestCounts = { arrived: 0, begun: 0, ended: 0 };

  constructor(stream: RequestStream, history: ServiceHistory, world: World) {
    this.#stream = stream;
    this.#history = history;
    this.#world = world;
    this.#line = new RequestLine(stream);
  }

  /** Makes or changes the service. */
  set(service: ModelService): void {
    for (const replica of this.#replicas.values()) this.#count(replica, -1);
    this.#service = service;
    for (const replica of this.#replicas.values()) this.#count(replica, 1);
    this.#isReported = true;
    this.#dispatch();
  }

  /** Takes the service away: its requests are not reported any more. */
  remove(): void {
    this.#isReported = false;
  }

  /** When the next request arrives; `Infinity` after the last. */
  nextArrivalMs(): number {
    return this.#line.nextArrivalMs();
  }

  /** All requests of this moment arrive. */
  arrive(): void {
    while (this.#line.nextArrivalMs() <= this.#world.nowMs) {
      this.#line.arrive();
      this.#dispatch();
    }
  }

  /** Tells the counts of requests, and who is idle, if the counts have changed since the last time. */
  report(): void {
    const { arrived, waiting } = this.#line;
    const begun = arrived - waiting;
    const ended = this.#history.served;
    this.#history.inFlight = arrived - ended;
    const last = this.#reported;
    const isKnown = last.arrived === arrived && last.begun === begun && last.ended === ended;
    if (!this.#isReported || isKnown) return;
    this.#reported = { arrived, begun, ended };
    const { service } = this.#stream;
    const idle = this.#ready.flatMap(({ id, serving }) => (serving.size === 0 ? [id] : []));
    this.#world.emit({ kind: "service-observed", service, requests: this.#reported, idle });
  }

  start({ replica: id, node, devices, after }: StartReplica): void {
    if (this.#replicas.has(id)) throw new Error(`start-replica ${id}: it is there already`);
    const replica: Replica = {
      id,
      number: replicaNumber(id),
      node: this.#world.nodeOf(node, `start-replica ${id}`),
      devices,
      state: "waiting",
      goal: "stop",
      hold: undefined,
      sleeping: undefined,
      serving: new Map(),
      timer: undefined,
      waiting: undefined,
      leaving: [],
    };
    this.#replicas.set(id, replica);
    replica.waiting = this.#world.departures.whenOver(after, `start-replica ${id}`, () => {
      this.#load(replica, this.#known.startMs, "start-replica");
    });
  }

  wake({ replica: id, devices, after }: WakeReplica): void {
    const replica = this.#find("wake-replica", id, ["asleep"]);
    replica.devices = devices;
    replica.state = "waiting";
    replica.waiting = this.#world.departures.whenOver(after, `wake-replica ${id}`, () => {
      this.#load(replica, replica.sleeping!.wakeMs, "wake-replica");
    });
  }

  sleep({ replica: id, departure }: SleepReplica): void {
    const replica = this.#find("sleep-replica", id, ["ready"]);
    replica.sleeping = this.#known.sleep;
    if (replica.sleeping === undefined) throw new Error(`sleep-replica ${id}: it cannot sleep`);
    this.#world.departures.open(departure, `sleep-replica ${id}`);
    replica.leaving.push(departure);
    replica.goal = "sleep";
    this.#finish(replica);
  }

  stop({ replica: id, departure }: StopReplica): void {
    const replica = this.#find("stop-replica", id, undefined);
    if (replica.leaving.length > 0 && replica.goal === "stop") {
      throw new Error(`stop-replica ${id}: it is stopping already`);
    }
    this.#world.departures.open(departure, `stop-replica ${id}`);
    replica.leaving.push(departure);
    replica.goal = "stop";
    if (replica.state === "ready") this.#finish(replica);
    else if (replica.state !== "finishing") this.#vanish(replica);
  }

  /** The replica crashes, if it is there; one that was stopping has just departed earlier. */
  crash(id: ReplicaId): void {
    const replica = this.#replicas.get(id);
    if (replica === undefined) return;
    const isStopping = replica.leaving.length > 0 && replica.goal === "stop";
    if (!isStopping) this.#world.emit({ kind: "replica-gone", replica: id });
    this.#vanish(replica);
    this.#dispatch();
  }

  /**
   * The node, or one device of it, is gone with what was on it. What sleeps, or goes to sleep, is
   * off its devices: it only gives back the requests that it was about to finish.
   */
  lose(node: PhysicalNode, device: number | undefined): void {
    for (const replica of this.#replicas.values()) {
      if (!isOn(replica, node, device)) continue;
      const isOff =
        replica.leaving.length > 0 ? replica.goal === "sleep" : replica.state === "asleep";
      if (device === undefined || !isOff) {
        this.#vanish(replica);
      } else if (replica.state === "finishing") {
        this.#giveBack(replica);
        this.#settle(replica);
      }
    }
    this.#dispatch();
  }

  get #known(): ModelService {
    if (this.#service === undefined) throw new Error(`service ${this.#stream.service} is not set`);
    return this.#service;
  }

  #find(what: string, id: ReplicaId, states: readonly ReplicaState[] | undefined): Replica {
    const replica = this.#replicas.get(id);
    if (replica === undefined) throw new Error(`${what} ${id}: there is no such replica`);
    if (states !== undefined && !states.includes(replica.state)) {
      throw new Error(`${what} ${id}: it is ${replica.state}`);
    }
    return replica;
  }

  #load(replica: Replica, loadMs: number, what: string): void {
    const { node, devices } = replica;
    this.#enter(replica, "loading");
    this.#hold(replica, holdOf(this.#known.request, node, devices), what);
    replica.timer = this.#world.queue.set(this.#world.nowMs + loadMs, () => {
      this.#enter(replica, "ready");
      const place = this.#ready.findIndex(({ number }) => number > replica.number);
      this.#ready.splice(place === -1 ? this.#ready.length : place, 0, replica);
      this.#history.awake = this.#ready.length;
      this.#world.emit({ kind: "replica-ready", replica: replica.id });
      this.#dispatch();
    });
  }

  /** Requests in the line go to the replicas with a free slot, the lowest number first. */
  #dispatch(): void {
    while (!this.#line.isEmpty) {
      const replica = this.#ready.find(({ serving }) => serving.size < this.#known.concurrency);
      if (replica === undefined) return;
      this.#serve(replica, this.#line.takeFirst());
    }
  }

  #serve(replica: Replica, request: number): void {
    const { nowMs, queue } = this.#world;
    const { arrivalMs, serveMs } = this.#stream;
    this.#history.waitMs[request] = nowMs - arrivalMs[request];
    const end = queue.set(nowMs + serveMs[request], () => this.#served(replica, request));
    this.#count(replica, -1);
    replica.serving.set(request, end);
    this.#count(replica, 1);
  }

  #served(replica: Replica, request: number): void {
    this.#count(replica, -1);
    replica.serving.delete(request);
    this.#count(replica, 1);
    this.#history.served += 1;
    if (replica.state === "ready") this.#dispatch();
    else if (replica.serving.size === 0) this.#settle(replica);
  }

  /** It takes no new request; those begun go on. */
  #finish(replica: Replica): void {
    this.#enter(replica, "finishing");
    this.#takeOff(replica);
    if (replica.serving.size === 0) this.#settle(replica);
  }

  /** Its last request is over: it goes where it was to go. */
  #settle(replica: Replica): void {
    if (replica.goal === "stop") {
      this.#vanish(replica);
      return;
    }
    const { sleepMs, hostMemory } = replica.sleeping!;
    this.#enter(replica, "settling");
    replica.timer = this.#world.queue.set(this.#world.nowMs + sleepMs, () => {
      this.#enter(replica, "asleep");
      this.#hold(replica, memoryHold(replica.node, hostMemory), "sleep-replica");
      this.#closeDepartures(replica);
    });
  }

  #vanish(replica: Replica): void {
    this.#giveBack(replica);
    if (replica.timer !== undefined) replica.timer.isCancelled = true;
    if (replica.waiting !== undefined) replica.waiting.isCancelled = true;
    this.#hold(replica, undefined, "");
    replica.state = "gone";
    this.#replicas.delete(replica.id);
    this.#takeOff(replica);
    this.#closeDepartures(replica);
  }

  /** Its requests in service go back to the head of the line. */
  #giveBack(replica: Replica): void {
    const { serving } = replica;
    if (serving.size === 0) return;
    this.#count(replica, -1);
    for (const [request, end] of serving) {
      end.isCancelled = true;
      this.#history.waitMs[request] = Number.NaN;
    }
    this.#history.retried += serving.size;
    this.#line.giveBack(serving.keys());
    serving.clear();
    this.#count(replica, 1);
  }

  /** It takes no request any more. */
  #takeOff(replica: Replica): void {
    this.#ready = this.#ready.filter((other) => other !== replica);
    this.#history.awake = this.#ready.length;
  }

  #closeDepartures(replica: Replica): void {
    const over = replica.leaving;
    replica.leaving = [];
    for (const departure of over) this.#world.departures.close(departure);
  }

  #enter(replica: Replica, state: ReplicaState): void {
    this.#count(replica, -1);
    replica.state = state;
    this.#count(replica, 1);
  }

  #hold(replica: Replica, hold: Hold | undefined, what: string): void {
    this.#count(replica, -1);
    if (replica.hold !== undefined) replica.node.release(replica.hold);
    replica.hold = hold;
    if (hold !== undefined) replica.node.take(hold, `${what} ${replica.id}`);
    this.#count(replica, 1);
  }

  /** Counts what it holds, and uses, in or out of the history. */
  #count(replica: Replica, sign: 1 | -1): void {
    const { hold, node } = replica;
    if (hold === undefined) return;
    const milli = sign * milliOf(hold);
    this.#history.meter.change(this.#world.nowMs, useOf(replica), milli, node.kind);
    if (node.cpuLoad === undefined) return;
    const used = cpuUsedBy(replica, this.#known.concurrency, this.#stream.cpuUse);
    node.cpuLoad.serve(sign * hold.cpu, sign * used);
  }
}
