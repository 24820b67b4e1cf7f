import type { Event } from "../model/event.ts";
import type { Note } from "../model/note.ts";
import type { Refusal } from "../model/refusal.ts";

/** What people are told of an engine's event that the scheduler does not take. */
export function refusedNote(event: Event, { message }: Refusal): Note {
  return { about: aboutOf(event), type: "Warning", reason: `refused-${event.kind}`, message };
}

function aboutOf(event: Event): Note["about"] {
  if ("job" in event) {
    const name = event.kind === "job-submitted" ? event.job.id : event.job;
    return { kind: "BatchJob", name };
  }
  if ("replica" in event) return { kind: "Replica", name: event.replica };
  if ("service" in event) {
    const name = event.kind === "service-set" ? event.service.id : event.service;
    return { kind: "ModelService", name };
  }
  if ("node" in event)
    return { kind: "Node", name: event.kind === "node-added" ? event.node.id : event.node };
  return { kind: "Node", name: "" };
}
