import type {
  PlannedEvent,
  SimulatedJob,
  Workload,
} from "../../../src/engine/simulated/workload.ts";
import type { Event } from "../../../src/model/event.ts";
import { milliseconds } from "../../../src/model/units.ts";
import { addNode, requestsOf, setService, simulatedJob } from "../hand-driven-engine.ts";
import type { Stage } from "./stage.ts";

/**
 * One clause of the contract and how to see that an engine keeps it. All times are in beats: within
 * one, an engine starts or ends a process and reports it.
 */
export interface ContractCase {
  readonly name: string;
  /** There is always `a` with four devices; with 2, there is `b` with four more. */
  readonly nodes?: 2;
  readonly jobs?: readonly JobInBeats[];
  /** Requests to the service `s`: when each arrives, and how long it takes. */
  readonly requests?: readonly (readonly [arrival: number, serve: number])[];
  /** What happens to the cluster by itself, counted from the opening. */
  readonly events?: readonly (readonly [at: number, event: Event])[];
  /** Plays it out; throws if the engine breaks the clause. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** What the members of a job do. */
export interface JobInBeats {
  readonly id: string;
  /** Run time at minimum size. */
  readonly work: number;
  /** Members; 1 if absent. */
  readonly min?: number;
  /** Most members; `min` if absent. */
  readonly max?: number;
  /** It saves by itself so often, and when asked to; it takes so long to. Absent: it cannot. */
  readonly checkpoint?: readonly [every: number, save: number];
  /** A member crashes after so long in the first attempt. */
  readonly crashAfter?: number;
}

/** The case in milliseconds. Jobs and the service are there from 0. */
export function workloadOf(clause: ContractCase, beatMs: number): Workload {
  const { nodes = 1, jobs = [], requests = [], events = [] } = clause;
  const planned = events.map(([at, event]) => ({ atMs: at * beatMs, event }));
  const inMs = requests.map(([at, serve]) => [at * beatMs, serve * beatMs] as const);
  return {
    events: [
      addNode("a", 4),
      ...(nodes === 2 ? [addNode("b", 4)] : []),
      serviceOf(beatMs),
      ...planned,
    ],
    jobs: jobs.map((job) => jobOf(job, beatMs)),
    requests: [requestsOf(...inMs)],
  };
}

/** It is suspended in a quarter of a beat and comes back in one, as replicas do. */
function jobOf(inBeats: JobInBeats, beatMs: number): SimulatedJob {
  const { id, work, min = 1, max = min, checkpoint, crashAfter } = inBeats;
  const simulated = simulatedJob(id, work * beatMs, {
    min,
    max,
    ...(checkpoint && { checkpoint: [checkpoint[0] * beatMs, checkpoint[1] * beatMs, 0] }),
    ...(crashAfter !== undefined && {
      failures: [{ attempt: 1, afterMs: crashAfter * beatMs }],
    }),
  });
  const quarterMs = milliseconds(beatMs / 4);
  const { job } = simulated;
  const suspension = { ...job.suspension!, suspendMs: quarterMs, resumeMs: quarterMs };
  return { ...simulated, job: { ...job, suspension } };
}

function serviceOf(beatMs: number): PlannedEvent {
  const { atMs, event } = setService();
  if (event.kind !== "service-set") throw new Error(`${event.kind} sets no service`);
  const quarterMs = milliseconds(beatMs / 4);
  const sleep = { ...event.service.sleep!, sleepMs: quarterMs, wakeMs: quarterMs };
  return { atMs, event: { ...event, service: { ...event.service, startMs: quarterMs, sleep } } };
}
