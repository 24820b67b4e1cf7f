import type { ObjectKind } from "./objects.ts";

/** The kinds by their word in paths. */
export const COLLECTIONS = {
  batchjobs: "BatchJob",
  modelservices: "ModelService",
  queues: "Queue",
  nodes: "Node",
  replicas: "Replica",
} as const satisfies Readonly<Record<string, ObjectKind>>;
