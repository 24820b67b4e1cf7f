import type { Action, LeaveReason, MemberPlace } from "../../src/model/action.ts";
import { SimulatedEngine } from "../../src/engine/simulated/simulated-engine.ts";
import type {
  PlannedEvent,
  RequestStream,
  SimulatedJob,
  Workload,
} from "../../src/engine/simulated/workload.ts";
import type { Event, RequestCounts } from "../../src/model/event.ts";
import {
  departureId,
  jobId,
  nodeId,
  queueId,
  replicaId,
  type ServiceId,
  serviceId,
} from "../../src/model/ids.ts";
import type { BatchJob } from "../../src/model/job.ts";
import type { ModelService } from "../../src/model/service.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../src/model/units.ts";

/** What every member and replica of these tests asks for: one device, a core, 100 MiB. */
const request = {
  cpu: milliCpu(1000),
  memory: mib(100),
  accelerators: { count: 1, milli: gpuMilli(1000), kinds: [] },
};
const reason: LeaveReason = { code: "priority", for: "" };
const departures = (numbers: readonly number[]) => numbers.map((number) => departureId(number));

/** A node of so many devices, with a core and 150 MiB for each of them, added at the time. */
export function addNode(id: string, count: number, kind = "A100", atMs = 0): PlannedEvent {
  const device = { kind, memory: mib(80_000), milliFree: gpuMilli(1000) };
  const node = {
    id: nodeId(id),
    cpu: milliCpu(1000 * count),
    memory: mib(150 * count),
    devices: Array.from({ length: count }, () => device),
  };
  return { atMs, event: { kind: "node-added", node } };
}

/** A node of three devices with two cores, on which three cores may be asked for. */
export function addOvercommitted(id: string, atMs = 0): PlannedEvent {
  const { event } = addNode(id, 3);
  if (event.kind !== "node-added") throw new Error(`${event.kind} adds no node`);
  const overcommit = { cpuMax: 1.5, headroom: 0 };
  return { atMs, event: { ...event, node: { ...event.node, cpu: milliCpu(2000), overcommit } } };
}

/** A job of one role `worker`, submitted at 0. It may be suspended into 50 MiB in 2 s, back in 3 s. */
export function simulatedJob(
  id: string,
  workMs: number,
  more: Partial<Pick<SimulatedJob, "failures">> & {
    readonly min?: number;
    readonly max?: number;
    readonly checkpoint?: readonly [everyMs: number, saveMs: number, restartMs: number];
    readonly speeds?: BatchJob["speeds"];
  } = {},
): SimulatedJob {
  const { min = 1, max = min, checkpoint, speeds, failures = [] } = more;
  const job: BatchJob = {
    id: jobId(id),
    queue: queueId("q"),
    priority: 0,
    roles: [{ name: "worker", request, replicas: { min, max } }],
    suspension: {
      hostMemory: mib(50),
      suspendMs: milliseconds(2000),
      resumeMs: milliseconds(3000),
    },
    minimumRuntimeMs: milliseconds(0),
    retries: { max: 3, backoffMs: milliseconds(0) },
    ...(checkpoint && {
      checkpoint: {
        everyMs: milliseconds(checkpoint[0]),
        saveMs: milliseconds(checkpoint[1]),
        restartMs: milliseconds(checkpoint[2]),
        onRequest: true,
      },
    }),
    ...(speeds && { speeds }),
  };
  return { job, submitMs: 0, workMs, failures };
}

/** The service `s`: starts in 10 s, falls asleep in 1 s into 40 MiB, wakes in 2 s. */
export function setService(concurrency = 1): PlannedEvent {
  const service: ModelService = {
    id: serviceId("s"),
    request,
    replicas: { min: 0, max: 9 },
    concurrency,
    startMs: milliseconds(10_000),
    sleep: {
      hostMemory: mib(40),
      sleepMs: milliseconds(1000),
      wakeMs: milliseconds(2000),
      standby: 0,
    },
    scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
  };
  return { atMs: 0, event: { kind: "service-set", service } };
}

/** Requests to the service `s`, each as its arrival and the time to serve it. */
export function requestsOf(...requests: readonly (readonly [number, number])[]): RequestStream {
  return {
    service: serviceId("s"),
    arrivalMs: Float64Array.from(requests, ([arrivalMs]) => arrivalMs),
    serveMs: Float64Array.from(requests, ([, serveMs]) => serveMs),
  };
}

/** Members by number, node and devices, as in `0 a/1`: member 0 on device 1 of node a. */
function placesOf(text: string): MemberPlace[] {
  return text.split(", ").map((part) => {
    const [, member, node, device] = /^(\d+) (\w+)\/(\d+)$/.exec(part)!;
    return { member: +member, role: "worker", node: nodeId(node), devices: [+device] };
  });
}

export function start(job: string, attempt: number, places: string, ...after: number[]): Action {
  const members = placesOf(places);
  return { kind: "start-job", job: jobId(job), attempt, members, after: departures(after) };
}

export function resume(job: string, places: string, ...after: number[]): Action {
  const members = placesOf(places);
  return { kind: "resume-job", job: jobId(job), members, after: departures(after) };
}

export function grow(job: string, places: string, ...after: number[]): Action {
  const members = placesOf(places);
  return { kind: "grow-job", job: jobId(job), members, after: departures(after) };
}

export function shrink(job: string, members: number[], departure: number): Action {
  const leaving = { departure: departureId(departure), reason };
  return { kind: "shrink-job", job: jobId(job), members, ...leaving };
}

export function suspend(job: string, departure: number): Action {
  return { kind: "suspend-job", job: jobId(job), departure: departureId(departure), reason };
}

export function stop(job: string, save: boolean, departure: number): Action {
  return { kind: "stop-job", job: jobId(job), save, departure: departureId(departure), reason };
}

const service: ServiceId = serviceId("s");

/** Starts replica `number` on a place such as `a/1`. */
export function startReplica(number: number, place: string, ...after: number[]): Action {
  const [node, device] = place.split("/");
  const replica = replicaId(service, number);
  return {
    kind: "start-replica",
    service,
    replica,
    node: nodeId(node),
    devices: [+device],
    after: departures(after),
  };
}

export function wakeReplica(number: number, device: number, ...after: number[]): Action {
  const replica = replicaId(service, number);
  return { kind: "wake-replica", service, replica, devices: [device], after: departures(after) };
}

export function sleepReplica(number: number, departure: number): Action {
  const replica = replicaId(service, number);
  return { kind: "sleep-replica", service, replica, departure: departureId(departure) };
}

export function stopReplica(number: number, departure: number): Action {
  const replica = replicaId(service, number);
  return { kind: "stop-replica", service, replica, departure: departureId(departure), reason };
}

/** A simulated engine that a test drives action by action, and that tells its events in words. */
export class HandDrivenEngine {
  readonly engine: SimulatedEngine;
  #nowMs = 0;

  constructor({ events = [], jobs = [], requests = [] }: Partial<Workload>) {
    this.engine = new SimulatedEngine({ events, jobs, requests });
  }

  /** Carries these actions out now. */
  order(...actions: readonly Action[]): this {
    this.engine.carryOut(this.#nowMs, actions);
    return this;
  }

  /**
   * Lets the time go on to `untilMs`. What happened by then is told as in `1000 job-started a`;
   * nodes, queues, services and submissions that come in are not told.
   */
  run(untilMs: number): string[] {
    const told: string[] = [];
    for (;;) {
      const step = this.engine.next(untilMs)!;
      this.#nowMs = step.nowMs;
      for (const event of step.events) {
        const words = tell(event);
        if (words !== undefined) told.push(`${step.nowMs} ${words}`);
      }
      if (step.events.length === 0) return told;
    }
  }
}

function requestsInWords({ arrived, begun, ended }: RequestCounts): string {
  const inFlight = `in flight ${arrived - ended}`;
  return begun === arrived ? inFlight : `${inFlight}, ${arrived - begun} wait`;
}

function tell(event: Event): string | undefined {
  switch (event.kind) {
    case "departed":
      return `departed ${event.departure}`;
    case "job-started":
      return `started ${event.job}`;
    case "job-checkpointed":
      return `saved ${event.job}`;
    case "job-ended":
      return `${event.outcome} ${event.job}`;
    case "replica-ready":
      return `ready ${event.replica}`;
    case "replica-gone":
      return `gone ${event.replica}`;
    case "service-observed":
      return requestsInWords(event.requests);
    case "node-lost":
      return `lost ${event.node}`;
    case "device-failed":
      return `failed ${event.node}/${event.device}`;
    case "node-observed":
      return `used ${event.cpuUsed} on ${event.node}`;
    default:
      return undefined;
  }
}
