import assert from "node:assert/strict";
import test from "node:test";
import type { Engine, Step } from "../../../src/engine/engine.ts";
import { SimulatedEngine } from "../../../src/engine/simulated/simulated-engine.ts";
import type { Action } from "../../../src/model/action.ts";
import type { Event } from "../../../src/model/event.ts";
import { jobId, replicaId, serviceId } from "../../../src/model/ids.ts";
import { CONTRACT_CASES, playCase, type Subject } from "./engine-contract.ts";

/** A fault put into a good engine, and the case that has to notice it. */
interface Sabotage {
  readonly noticedBy: RegExp;
  /** What the bad engine understands. */
  readonly hear?: (action: Action) => Action;
  /** What it tells where a good one tells this event. */
  readonly tell?: (event: Event) => readonly Event[];
  /** What it makes of a whole step. */
  readonly step?: (step: Step) => Step;
  /** It does not refuse what is impossible. */
  readonly isMeek?: true;
}

const replica = replicaId(serviceId("s"), 0);
const startedAgain: Event = { kind: "job-started", job: jobId("j"), attempt: 1 };
const failed: Event = { kind: "job-ended", job: jobId("half"), attempt: 1, outcome: "failed" };

const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  "tells a departure twice": {
    noticedBy: /^each departure is told once/,
    tell: (event) => (event.kind === "departed" ? [event, event] : [event]),
  },
  "forgets the second departure": {
    noticedBy: /^two orders to leave/,
    tell: (event) => (event.kind === "departed" && event.departure === 2 ? [] : [event]),
  },
  "begins before others have left": {
    noticedBy: /^what waits for several departures/,
    step: (step) => ({ ...step, events: step.events.toReversed() }),
  },
  "tells a start twice": {
    noticedBy: /^a gang is told as started once/,
    tell: (event) => (event.kind === "job-started" ? [event, event] : [event]),
  },
  "begins what was stopped": {
    noticedBy: /^a gang that is stopped before it began/,
    tell: (event) =>
      event.kind === "departed" && event.departure === 1 ? [event, startedAgain] : [event],
  },
  "begins what was suspended": {
    noticedBy: /^a gang that is suspended before it began/,
    tell: (event) =>
      event.kind === "departed" && event.departure === 1 ? [event, startedAgain] : [event],
  },
  "tells the end of each member": {
    noticedBy: /^a member that crashes/,
    tell: (event) => (event.kind === "job-ended" ? [event, event] : [event]),
  },
  "tells the wrong attempt": {
    noticedBy: /^a member that crashes/,
    tell: (event) => [event.kind === "job-started" ? { ...event, attempt: 1 } : event],
  },
  "does not save": {
    noticedBy: /^a gang that saves/,
    hear: (action) => (action.kind === "stop-job" ? { ...action, save: false } : action),
  },
  "saves though it was not to": {
    noticedBy: /^a gang that does not save/,
    hear: (action) => (action.kind === "stop-job" ? { ...action, save: true } : action),
  },
  "tells the gangs of a lost node": {
    noticedBy: /^a lost node is told/,
    tell: (event) => (event.kind === "node-lost" ? [event, failed] : [event]),
  },
  "tells the replicas of a lost node": {
    noticedBy: /^a lost node is told/,
    tell: (event) =>
      event.kind === "node-lost" ? [event, { kind: "replica-gone", replica }] : [event],
  },
  "tells a replica as ready twice": {
    noticedBy: /^a replica wakes/,
    tell: (event) => (event.kind === "replica-ready" ? [event, event] : [event]),
  },
  "gives new requests to what is to sleep": {
    noticedBy: /^a replica that is to sleep/,
    tell: (event) =>
      event.kind === "service-observed"
        ? [{ ...event, requests: { ...event.requests, begun: event.requests.arrived } }]
        : [event],
  },
  "tells a crash of what is to stop": {
    noticedBy: /^a replica that crashes while it is to stop/,
    tell: (event) =>
      event.kind === "departed" ? [event, { kind: "replica-gone", replica }] : [event],
  },
  "counts requests twice": {
    noticedBy: /^a replica is told as ready once/,
    tell: (event) =>
      event.kind === "service-observed"
        ? [{ ...event, requests: { ...event.requests, ended: 2 * event.requests.ended } }]
        : [event],
  },
  "lets time go back": {
    noticedBy: /^a wake-up/,
    step: (step) => ({ ...step, nowMs: -step.nowMs }),
  },
  "wakes too early": {
    noticedBy: /^a wake-up/,
    step: (step) => (step.events.length === 0 ? { ...step, nowMs: step.nowMs - 1 } : step),
  },
  "takes what is impossible": { noticedBy: /^an impossible action/, isMeek: true },
};

/** A simulated engine with this fault. */
function sabotaged(inner: SimulatedEngine, sabotage: Sabotage): Engine {
  const { hear = (action) => action, tell = (event) => [event], isMeek = false } = sabotage;
  let nowMs = 0;
  return {
    next(wakeMs) {
      const step = inner.next(wakeMs);
      if (step === undefined) return undefined;
      nowMs = step.nowMs;
      const told = { nowMs, events: step.events.flatMap(tell) };
      return sabotage.step?.(told) ?? told;
    },
    carryOut(_, actions) {
      try {
        inner.carryOut(nowMs, actions.map(hear));
      } catch (error) {
        if (!isMeek) throw error;
      }
    },
  };
}

for (const [fault, sabotage] of Object.entries(SABOTAGES)) {
  test(`the contract notices an engine that ${fault}`, async () => {
    const clause = CONTRACT_CASES.find(({ name }) => sabotage.noticedBy.test(name))!;
    const bad: Subject = {
      beatMs: 1000,
      nodesMax: 2,
      open: (workload) => ({ engine: sabotaged(new SimulatedEngine(workload), sabotage) }),
    };
    await assert.rejects(playCase(clause, bad), assert.AssertionError);
  });
}
