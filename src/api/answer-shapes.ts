import { z } from "zod";
import { API_VERSION, manifestShapes } from "../manifest/manifest.ts";
import { MANIFEST_FAULTS } from "../manifest/manifest-fault.ts";
import { type Refusal, REFUSAL_CODES } from "../model/refusal.ts";
import { API_ERRORS } from "./api-error.ts";
import { eventRecord, objectShapes } from "./object-shapes.ts";
import { count, keyOf, instant } from "./shape-parts.ts";

const refusal: z.ZodType<Refusal> = z
  .strictObject({
    kind: z.enum(["cannot-now", "can-never", "internal-error"]),
    code: keyOf(REFUSAL_CODES),
    message: z.string(),
  })
  .meta({ id: "Refusal", description: "The scheduler's reason why something was not done." });

const manifestKind = keyOf(manifestShapes);

export const appliedObject = z
  .strictObject({
    kind: manifestKind,
    name: z.string(),
    outcome: z.enum(["created", "configured", "unchanged"]),
    resourceVersion: z.string().describe("With `dryRun` that of now, or empty."),
  })
  .meta({ id: "AppliedObject", description: "What has become of one manifest." });

export const plan = z
  .strictObject({
    starts: z.array(z.string()),
    waits: z.array(z.strictObject({ name: z.string(), refusal })),
    leaves: z
      .array(
        z.strictObject({
          name: z.string(),
          how: z.enum(["suspend", "stop", "shrink", "sleep"]),
          reason: z.string(),
          for: z.string(),
        }),
      )
      .describe("Who leaves, and for whom."),
  })
  .meta({
    id: "Plan",
    description: "What would happen, or has been begun, at once: nothing of what comes later.",
  });

export const applyAnswer = z
  .strictObject({
    dryRun: z.boolean().describe("Whether nothing was changed."),
    results: z.array(appliedObject),
    plan,
  })
  .meta({ id: "ApplyAnswer" });

export const deleteAnswer = z
  .strictObject({
    kind: keyOf(objectShapes),
    name: z.string(),
    outcome: z
      .enum(["deleted", "deleting"])
      .describe("`deleting`: its processes are asked to end, and it is gone when they are."),
  })
  .meta({ id: "DeleteAnswer" });

export const cancelAnswer = z
  .strictObject({
    kind: z.literal("BatchJob"),
    name: z.string(),
    outcome: z
      .enum(["cancelled", "cancelling", "ended"])
      .describe(
        "`cancelled`: nothing of it runs. `cancelling`: its processes are asked to end. `ended`: " +
          "it had ended otherwise before, and nothing has changed.",
      ),
  })
  .meta({ id: "CancelAnswer" });

export const whyAnswer = z
  .strictObject({
    job: z.string(),
    phase: z.string(),
    refusal: refusal
      .exactOptional()
      .describe("The scheduler's own words; absent when nothing is in its way."),
    trials: z
      .array(
        z.strictObject({
          change: z.string().describe("Such as `without the jobs of queue b`."),
          starts: z.boolean(),
          effect: z.string().describe("What it would take or displace."),
        }),
      )
      .describe("Changes that were tried on a copy; each says whether the job started then."),
  })
  .meta({ id: "WhyAnswer", description: "Why a job waits, as proven on a copy of the scheduler." });

export const eventsAnswer = z
  .strictObject({ events: z.array(eventRecord).describe("The newest last.") })
  .meta({ id: "EventsAnswer" });

const use = {
  cpuMs: z.number().describe("CPU time since it began, in milliseconds."),
  memory: z.number().describe("MiB that it holds now."),
};

/** What work uses now. Rates of CPU follow from two answers. */
export const usageAnswer = z
  .strictObject({
    at: instant.describe("When it was read."),
    nodes: z.array(
      z.strictObject({
        name: z.string(),
        online: z.strictObject(use).describe("All that answers requests."),
        offline: z.strictObject(use).describe("All that uses what is left."),
      }),
    ),
    processes: z.array(
      z.strictObject({
        kind: z.enum(["BatchJob", "ModelService"]),
        name: z.string(),
        number: z.number().describe("Of the member, or of the replica."),
        ...use,
      }),
    ),
  })
  .meta({ id: "UsageAnswer" });

export const healthAnswer = z.strictObject({ status: z.literal("ok") }).meta({ id: "Health" });

export const versionAnswer = z
  .strictObject({
    version: z.string().describe("Of the program."),
    apiVersion: z.literal(API_VERSION),
  })
  .meta({ id: "Version" });

/** Body of a request to end the control plane, and of its answer. */
export const shutdownOrder = z
  .strictObject({
    workloads: z
      .enum(["keep", "end"])
      .describe("Whether processes go on and are found again, or end with the control plane."),
  })
  .meta({ id: "Shutdown" });

const manifestFault = z
  .strictObject({
    code: keyOf(MANIFEST_FAULTS),
    file: z.string(),
    document: count.describe("Number of the document, from 1."),
    line: count,
    column: count,
    path: z.string().describe("Such as `spec.roles[0].name`."),
    problem: z.string(),
    earlier: z
      .strictObject({
        file: z.string().exactOptional(),
        document: count.exactOptional(),
        line: count,
      })
      .exactOptional()
      .describe("Where what must not stand twice stands already; `problem` names it, too."),
    cure: z.string(),
  })
  .meta({ id: "ManifestFault", description: "One thing that is wrong with a manifest." });

export const errorBody = z
  .strictObject({
    error: z.strictObject({
      code: keyOf(API_ERRORS),
      message: z.string().describe("What, and where."),
      cure: z.string(),
      refusal: keyOf(REFUSAL_CODES)
        .exactOptional()
        .describe("With `refused-object`: the scheduler's code."),
      faults: z
        .array(manifestFault)
        .exactOptional()
        .describe("With `invalid-manifest`: all of them."),
    }),
  })
  .meta({ id: "Error", description: "Body of every answer that is not 2xx." });
