import type { JobId, QueueId, ServiceId } from "../../model/ids.ts";
import { requestedMilli } from "../../model/resources.ts";
import type { CpuLoad } from "./cpu-load.ts";
import type { RequestStream, SimulatedJob } from "./workload.ts";

/** What devices are physically held for; those of suspended jobs and sleeping replicas are free. */
export const USES = ["offline", "busy", "idle", "moving"] as const;
/**
 * `offline`: by a gang that is up. `busy`, `idle`: by a replica that is awake, with requests or
 * without. `moving`: by what comes or goes (suspends, resumes, saves before it stops; starts,
 * wakes, falls asleep).
 */
export type Use = (typeof USES)[number];

/** Milli of devices held by use and kind of device, integrated over time. O(kinds) for each change. */
export class Meter {
  readonly #parts: MeterPart[] = [];
  #sinceMs = 0;

  /** `milli` more, or fewer, of this kind of device are held for this use. */
  change(nowMs: number, use: Use, milli: number, kind = ""): void {
    this.#advance(nowMs);
    this.#partOf(kind).held[use] += milli;
  }

  /** Milli held now. */
  get held(): Readonly<Record<Use, number>> {
    return sumOf(this.#parts.map(({ held }) => held));
  }

  /** Milli × milliseconds held until now. */
  milliMs(nowMs: number): Readonly<Record<Use, number>> {
    this.#advance(nowMs);
    return sumOf(this.#parts.map(({ milliMs }) => milliMs));
  }

  /** The same by kind of device, for the kinds that were ever held. */
  milliMsByKind(nowMs: number): ReadonlyMap<string, Readonly<Record<Use, number>>> {
    this.#advance(nowMs);
    return new Map(this.#parts.map(({ kind, milliMs }) => [kind, milliMs]));
  }

  #partOf(kind: string): MeterPart {
    for (const part of this.#parts) if (part.kind === kind) return part;
    const part = { kind, held: noUse(), milliMs: noUse() };
    this.#parts.push(part);
    return part;
  }

  #advance(nowMs: number): void {
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs <= 0) return;
    this.#sinceMs = nowMs;
    // Use by use: this is done hundreds of thousands of times in a run.
    for (const { held, milliMs } of this.#parts) {
      milliMs.offline += passedMs * held.offline;
      milliMs.busy += passedMs * held.busy;
      milliMs.idle += passedMs * held.idle;
      milliMs.moving += passedMs * held.moving;
    }
  }
}

/** What is held of one kind of device. */
interface MeterPart {
  readonly kind: string;
  readonly held: Record<Use, number>;
  readonly milliMs: Record<Use, number>;
}

/**
 * What physically happened to a job. `…MilliMs` are milli of devices × milliseconds; they are
 * brought up to date whenever something happens to the job.
 */
export interface JobHistory {
  readonly id: JobId;
  readonly queue: QueueId;
  /** Milli of devices at minimum size. */
  readonly gpuMilli: number;
  /** Members at minimum size. */
  readonly members: number;
  readonly priority: number;
  /** Kinds of device that will do, joined by `|`; "" for any, or if it needs no device. */
  readonly kinds: string;
  readonly submitMs: number;
  /** When its gang was up for the first time. */
  firstStartMs: number | undefined;
  endMs: number | undefined;
  /** Absent while it is not over. */
  outcome: "succeeded" | "given-up" | "cancelled" | undefined;
  /** Times that its gang was started and came up. */
  attempts: number;
  /** Times that it failed by itself. */
  failures: number;
  suspensions: number;
  /** Times that it was told to stop. */
  stops: number;
  /** Run time that made progress and was not lost so far. */
  productiveMilliMs: number;
  /** Run time whose progress was rolled back. */
  lostMilliMs: number;
  savingMilliMs: number;
  restartingMilliMs: number;
  /** Suspending and resuming. */
  movingMilliMs: number;
}

/** What physically happened to a service. */
export interface ServiceHistory {
  readonly id: ServiceId;
  /**
   * By request, in order of arrival: time from its arrival to the start of the service that it
   * got, or gets; NaN if that did not start.
   */
  readonly waitMs: Float64Array;
  /** Requests served to the end. */
  served: number;
  /** Times that a request's replica vanished from under it, and it went back to the queue. */
  retried: number;
  /** Replicas that take requests now. */
  awake: number;
  /** Requests being served or waiting now. */
  inFlight: number;
  readonly meter: Meter;
}

/** All that physically happened, for reports. */
export class Books {
  readonly jobs: readonly JobHistory[];
  readonly services: readonly ServiceHistory[];
  /** Devices held by jobs. */
  readonly jobMeter = new Meter();
  /** CPU of the overcommitted nodes that there were; one that came back is there twice. */
  readonly cpuLoads: CpuLoad[] = [];

  constructor(jobs: readonly SimulatedJob[], requests: readonly RequestStream[]) {
    this.jobs = jobs.map(historyOf);
    this.services = requests.map(({ service, arrivalMs }) => ({
      id: service,
      waitMs: new Float64Array(arrivalMs.length).fill(Number.NaN),
      served: 0,
      retried: 0,
      awake: 0,
      inFlight: 0,
      meter: new Meter(),
    }));
  }

  /** Milli of devices physically held now, by use. O(services). */
  heldMilli(): Record<Use, number> {
    return sumOf(this.#meters().map(({ held }) => held));
  }

  /** Milli × milliseconds held until now, by use. O(services). */
  milliMs(nowMs: number): Record<Use, number> {
    return sumOf(this.#meters().map((meter) => meter.milliMs(nowMs)));
  }

  /** The same by kind of device. */
  milliMsByKind(nowMs: number): ReadonlyMap<string, Readonly<Record<Use, number>>> {
    const byKind = new Map<string, Record<Use, number>>();
    for (const meter of this.#meters()) {
      for (const [kind, part] of meter.milliMsByKind(nowMs)) {
        byKind.set(kind, sumOf([byKind.get(kind) ?? noUse(), part]));
      }
    }
    return byKind;
  }

  #meters(): Meter[] {
    return [this.jobMeter, ...this.services.map(({ meter }) => meter)];
  }
}

function historyOf({ job, submitMs }: SimulatedJob): JobHistory {
  let gpuMilli = 0;
  let members = 0;
  const kinds = new Set<string>();
  for (const { request, replicas } of job.roles) {
    gpuMilli += requestedMilli(request) * replicas.min;
    members += replicas.min;
    for (const kind of request.accelerators?.kinds ?? []) kinds.add(kind);
  }
  return {
    id: job.id,
    queue: job.queue,
    gpuMilli,
    members,
    priority: job.priority,
    kinds: [...kinds].toSorted((left, right) => (left < right ? -1 : 1)).join("|"),
    submitMs,
    firstStartMs: undefined,
    endMs: undefined,
    outcome: undefined,
    attempts: 0,
    failures: 0,
    suspensions: 0,
    stops: 0,
    productiveMilliMs: 0,
    lostMilliMs: 0,
    savingMilliMs: 0,
    restartingMilliMs: 0,
    movingMilliMs: 0,
  };
}

function sumOf(parts: readonly Readonly<Record<Use, number>>[]): Record<Use, number> {
  const sum = noUse();
  for (const part of parts) for (const use of USES) sum[use] += part[use];
  return sum;
}

function noUse(): Record<Use, number> {
  return { offline: 0, busy: 0, idle: 0, moving: 0 };
}
