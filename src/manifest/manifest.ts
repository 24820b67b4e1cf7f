import { z } from "zod";
import { type BatchJobSpec, batchJobSpec } from "./batch-job-shape.ts";
import { type ModelServiceSpec, modelServiceSpec } from "./model-service-shape.ts";
import { metadataFields } from "./name-shapes.ts";
import { type QueueSpec, queueSpec } from "./queue-shape.ts";
import { settings } from "./shape-parts.ts";

export const API_VERSION = "neuraxis.dev/v1alpha1";

/** What an object is called, and what people say about it. */
interface Metadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Stated<Kind extends string, Spec> {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: Kind;
  readonly metadata: Metadata;
  /** As written, with quantities in the model's units, defaults put in and roles spelt out. */
  readonly spec: Spec;
}

export type BatchJobManifest = Stated<"BatchJob", BatchJobSpec>;
export type ModelServiceManifest = Stated<"ModelService", ModelServiceSpec>;
export type QueueManifest = Stated<"Queue", QueueSpec>;

/** The state that somebody wants of one object. */
export type Manifest = BatchJobManifest | ModelServiceManifest | QueueManifest;
export type ManifestKind = Manifest["kind"];

const apiVersion = z.literal(API_VERSION).describe("Version of all that follows.");
const metadata = settings(metadataFields, {
  namespace: "is not supported yet: names are unique among all objects of a kind",
  generateName: "is not supported yet: every object has a name",
}).describe("What it is called.");

/** The shape of each kind's manifest. */
export const manifestShapes = {
  BatchJob: stated("BatchJob", batchJobSpec.describe("Offline work: members that start together.")),
  ModelService: stated("ModelService", modelServiceSpec.describe("Online work: equal replicas.")),
  Queue: stated("Queue", queueSpec.describe("A tenant's share of the cluster.")),
} satisfies { readonly [Kind in ManifestKind]: z.ZodType<Manifest> };

/** What can be checked of a manifest whose kind is not known. */
export const headShape = z.looseObject({ apiVersion, metadata });

function stated<Kind extends ManifestKind, Spec extends z.ZodType>(kind: Kind, spec: Spec) {
  const shape = { apiVersion, kind: z.literal(kind).describe("What it is."), metadata, spec };
  return settings(shape, { status: "is told by the control plane, not to it" });
}
