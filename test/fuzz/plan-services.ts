import type { PlannedEvent, RequestStream } from "../../src/engine/simulated/workload.ts";
import { replicaId, type ServiceId, serviceId } from "../../src/model/ids.ts";
import type { ModelService, Objective, Sleeping } from "../../src/model/service.ts";
import { mib, milliseconds } from "../../src/model/units.ts";
import type { Dice } from "./dice.ts";
import { momentUntil } from "./plan-jobs.ts";
import { planRequest } from "./plan-requests.ts";

export interface ServicePlan {
  readonly events: readonly PlannedEvent[];
  readonly requests: readonly RequestStream[];
}

/** Services that come, change, and lose replicas; bursts of requests until `untilMs`. */
export function planServices(dice: Dice, count: number, untilMs: number): ServicePlan {
  const events: PlannedEvent[] = [];
  const requests: RequestStream[] = [];
  for (let index = 0; index < count; index += 1) {
    const service = planService(dice, serviceId(`service-${index}`));
    const { id } = service;
    const setMs = dice.of(0, 0, momentUntil(dice, untilMs));
    events.push({ atMs: setMs, event: { kind: "service-set", service } });
    for (let change = dice.of(0, 0, 1, 2); change > 0; change -= 1) {
      const changed = { ...planService(dice, id), request: service.request };
      const atMs = setMs + momentUntil(dice, untilMs);
      events.push({ atMs, event: { kind: "service-set", service: changed } });
    }
    for (let crash = dice.of(0, 0, 1, 3, 8); crash > 0; crash -= 1) {
      const replica = replicaId(id, dice.below(8));
      events.push({
        atMs: momentUntil(dice, untilMs),
        event: { kind: "replica-gone", replica },
      });
    }
    requests.push(planStream(dice, id, untilMs));
  }
  return { events, requests };
}

/** The service is taken away at this time. */
export function endServices(events: readonly PlannedEvent[], atMs: number): PlannedEvent[] {
  const ids = new Set<ServiceId>();
  for (const { event } of events) if (event.kind === "service-set") ids.add(event.service.id);
  return Array.from(ids, (service) => ({ atMs, event: { kind: "service-removed", service } }));
}

function planService(dice: Dice, id: ServiceId): ModelService {
  const max = dice.from(1, 5);
  const sleep = dice.maybe(
    60,
    (): Sleeping => ({
      hostMemory: mib(dice.of(0, 8, 16, 40, 80)),
      sleepMs: milliseconds(dice.of(0, 100, 1000)),
      wakeMs: milliseconds(dice.of(0, 100, 1000)),
      standby: dice.of(0, 0, 1, Math.min(2, max)),
    }),
  );
  return {
    id,
    request: planRequest(dice, 2),
    replicas: { min: dice.of(0, 0, 1, Math.min(2, max)), max },
    concurrency: dice.of(1, 1, 2, 4),
    startMs: milliseconds(dice.of(0, 1000, 8000)),
    ...(sleep && { sleep }),
    scaling: {
      keepAliveMs: milliseconds(dice.of(0, 0, 2000, 20_000)),
      headroom: dice.of(0, 0, 1, 2),
      ...(dice.percent(25) && { objective: planObjective(dice) }),
    },
  };
}

function planObjective(dice: Dice): Objective {
  return { waitMs: milliseconds(dice.of(0, 500, 3000, 20_000)), missedMax: dice.of(0.01, 0.3) };
}

function planStream(dice: Dice, service: ServiceId, untilMs: number): RequestStream {
  const arrivals: number[] = [];
  for (let burst = dice.from(0, 12); burst > 0; burst -= 1) {
    const startMs = momentUntil(dice, untilMs);
    const gapMs = dice.of(0, 1, 250, 1000);
    const size = dice.from(1, 10);
    for (let index = 0; index < size; index += 1) arrivals.push(startMs + index * gapMs);
  }
  const arrivalMs = Float64Array.from(arrivals.toSorted((left, right) => left - right));
  const serveMs = arrivalMs.map(() => dice.of(0, 100, 500, 2000, 10_000));
  const cpuUse = { busy: dice.of(0.2, 0.7, 1), idle: dice.of(0, 0.2) };
  return { service, arrivalMs, serveMs, ...(dice.percent(60) && { cpuUse }) };
}
