import type { CanNever } from "../../model/refusal.ts";
import type { ModelService } from "../../model/service.ts";
import { checkRequest } from "../validate.ts";

const REPLICAS_MAX = 100_000;

/** Why the service can be nobody's (rule A1), or `undefined`. */
export function checkService(service: ModelService): CanNever | undefined {
  const { id, request, replicas, concurrency, scaling, sleep, startMs } = service;
  const who = `service ${id}`;
  const { min, max } = replicas;
  if (!isCount(min) || !isCount(max) || min > max) {
    return invalid(`${who} has ${min} to ${max} replicas; 0 <= min <= max <= ${REPLICAS_MAX}`);
  }
  if (!isCount(concurrency) || concurrency < 1) {
    return invalid(`${who} serves ${concurrency} requests a replica; it must be 1 or more`);
  }
  if (!isCount(scaling.headroom)) return invalid(`${who} has a headroom of ${scaling.headroom}`);
  const { objective } = scaling;
  if (objective !== undefined && !(objective.missedMax > 0 && objective.missedMax < 1)) {
    const { missedMax } = objective;
    return invalid(`${who} may miss ${missedMax} of its requests; it must be between 0 and 1`);
  }
  if (sleep !== undefined && (!isCount(sleep.standby) || sleep.standby > max)) {
    return invalid(`${who} keeps ${sleep.standby} replicas loaded; it must be 0 to ${max}`);
  }
  const times = [startMs, scaling.keepAliveMs, sleep?.sleepMs ?? 0, sleep?.wakeMs ?? 0];
  times.push(objective?.waitMs ?? 0);
  const memory = sleep?.hostMemory ?? 0;
  if ([...times, memory].some((value) => !(Number.isFinite(value) && value >= 0))) {
    return invalid(`${who} has a time or an amount of memory below 0`);
  }
  return checkRequest(who, request);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= REPLICAS_MAX;
}

function invalid(message: string): CanNever {
  return { kind: "can-never", code: "invalid-service", message };
}
