import { z } from "zod";
import type { WrittenSpecs } from "../manifest/format-manifest.ts";
import { API_VERSION, type ManifestKind } from "../manifest/manifest.ts";
import { count, instant, keyOf } from "./shape-parts.ts";
import {
  batchJobStatus,
  modelServiceStatus,
  nodeStatus,
  queueStatus,
  replicaStatus,
} from "./status-shapes.ts";

const keptFields = {
  uid: z.string().describe("Unique for all time, though a name is used again."),
  resourceVersion: z
    .string()
    .describe("Changes with every change of the object, status included. Opaque."),
  generation: count.describe("One more with each change of `spec`."),
  createdAt: instant,
  deletedAt: instant.exactOptional().describe("Asked to go then, and not gone yet."),
};

const texts = z.record(z.string(), z.string());
const statedMetadata = z
  .strictObject({ name: z.string(), labels: texts, annotations: texts, ...keptFields })
  .meta({ id: "Metadata", description: "As applied, and what the control plane adds." });
const observedMetadata = z
  .strictObject({ name: z.string(), ...keptFields })
  .meta({ id: "ObservedMetadata" });
const apiVersion = z.literal(API_VERSION);

/** The shape of each kind's objects as the API writes them. */
export const objectShapes = {
  BatchJob: stated("BatchJob", batchJobStatus),
  ModelService: stated("ModelService", modelServiceStatus),
  Queue: stated("Queue", queueStatus),
  Node: observed("Node", nodeStatus),
  Replica: observed("Replica", replicaStatus),
};

const objectKind = keyOf(objectShapes);

/** An object of any kind. */
const anyObject = z
  .discriminatedUnion("kind", [
    objectShapes.BatchJob,
    objectShapes.ModelService,
    objectShapes.Queue,
    objectShapes.Node,
    objectShapes.Replica,
  ])
  .meta({ id: "AnyObject" });

export const objectChange = z
  .strictObject({ type: z.enum(["ADDED", "MODIFIED", "DELETED"]), object: anyObject })
  .meta({ id: "ObjectChange", description: "A change of an object, as a watch tells it." });

export const eventRecord = z
  .strictObject({
    sequence: count.describe("Rising; never used again."),
    at: instant,
    about: z.strictObject({ kind: objectKind, name: z.string() }),
    type: z.enum(["Normal", "Warning"]),
    reason: z.string().describe("A code such as `started`, `suspended`, `frozen`."),
    message: z.string(),
    count: count.exactOptional().describe("How often it was said in a row; absent: once."),
    firstAt: instant.exactOptional().describe("When it was said first, if more than once."),
  })
  .meta({ id: "EventRecord", description: "Something that happened to an object, for people." });

function stated<Kind extends ManifestKind, Status extends z.ZodType>(kind: Kind, status: Status) {
  const spec = z.unknown().meta({ $ref: `#/$defs/${kind}Spec` });
  return z
    .strictObject({
      apiVersion,
      kind: z.literal(kind),
      metadata: statedMetadata,
      spec: spec as unknown as z.ZodType<WrittenSpecs[Kind]>,
      status,
    })
    .meta({ id: kind });
}

function observed<Kind extends string, Status extends z.ZodType>(kind: Kind, status: Status) {
  return z
    .strictObject({ apiVersion, kind: z.literal(kind), metadata: observedMetadata, status })
    .meta({ id: kind });
}
