import type { WrittenObjects } from "../../api/objects.ts";
import { REFUSAL_CODES } from "../../model/refusal.ts";
import { nameOf } from "../kinds.ts";
import { sayBounds } from "./amounts.ts";

/** What is in a service's way. */
export interface ServiceWhy {
  /** Such as `service/chat`. */
  readonly service: string;
  readonly state: "is as wanted" | "waits for room" | "is not ready";
  /** Absent: nothing is in its way. */
  readonly code?: string;
  readonly message: string;
  readonly cures: readonly string[];
}

/** What a service's conditions say of that: first what the scheduler refuses, then its replicas. */
export function explainService({
  metadata,
  spec,
  status,
}: WrittenObjects["ModelService"]): ServiceWhy {
  const { name } = metadata;
  const service = nameOf("ModelService", name);
  const { ready, starting, asleep } = status.replicas;
  const replicas = `${ready} ready, ${starting} starting, ${asleep} asleep`;
  const look = `See what has happened: neuraxis describe ${service}.`;
  const denied = (wanted: string) =>
    status.conditions.find(({ type, status }) => type === wanted && status === "False");
  const waits = denied("Scheduled");
  if (waits !== undefined) {
    const { reason: code, message } = waits;
    const cures = [cureOf(code) ?? look];
    return { service, state: "waits for room", code, message: `${message}; ${replicas}`, cures };
  }
  const unready = denied("Ready");
  if (unready !== undefined) {
    const { reason: code, message } = unready;
    const read = `Read what a replica writes: neuraxis logs ${service} --follow.`;
    const cures = starting > 0 ? [read, look] : [look];
    return { service, state: "is not ready", code, message: `${message}; ${replicas}`, cures };
  }
  const { min, max } = spec.replicas;
  const message = `${replicas}, of ${sayBounds(min, max)}`;
  return { service, state: "is as wanted", message, cures: [] };
}

/** What the table of refusals advises; nothing of a code that an engine made. */
function cureOf(code: string): string | undefined {
  return Object.entries(REFUSAL_CODES).find(([known]) => known === code)?.[1].cure;
}
