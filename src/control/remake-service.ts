import { toModelService } from "../manifest/to-model-service.ts";
import type { Event } from "../model/event.ts";
import { milliseconds } from "../model/units.ts";
import type { CommandGround } from "./apply-manifests.ts";

/**
 * Makes a service anew whose replicas of an earlier manifest have all left.
 * @throws Error if the scheduler refuses it, which was asked before they left.
 */
export function remakeService(name: string, { scheduler, views, nowMs }: CommandGround): Event {
  const { manifest } = views.record("ModelService", name)!;
  const event: Event = { kind: "service-set", service: toModelService(manifest).service };
  const result = scheduler.apply(event, milliseconds(nowMs));
  if (!result.ok) throw new Error(`service ${name} cannot be made anew: ${result.reason.message}`);
  return event;
}
