import { z } from "zod";
import { count, instant } from "./shape-parts.ts";

export const condition = z
  .strictObject({
    type: z.string().describe("Such as `Scheduled`, `Running`, `Ready`, `Throttled`."),
    status: z.enum(["True", "False", "Unknown"]),
    reason: z
      .string()
      .describe("A code that programs may compare, such as `no-room-now` or `online`."),
    message: z.string().describe("A sentence for people, with the numbers."),
    since: instant,
  })
  .meta({ id: "Condition", description: "One statement about an object, since when it is so." });

const conditions = z.array(condition);

const amounts = z
  .strictObject({
    cpu: z.number().describe("Milli-CPU."),
    memory: z.number().describe("MiB."),
    gpuMilli: z.number().describe("Milli of devices, whatever their kind."),
  })
  .meta({ id: "Amounts", description: "Quantities in total over any number of nodes." });

const devices = z.array(count).describe("Indices into the node's devices.");

export const jobPhase = z.enum([
  "Pending",
  "Starting",
  "Running",
  "Suspended",
  "Leaving",
  "Succeeded",
  "Failed",
  "Cancelled",
]);

export const memberStatus = z
  .strictObject({
    member: count.describe("Its number, never used again within the job."),
    role: z.string(),
    node: z.string(),
    devices,
  })
  .meta({ id: "MemberStatus", description: "One process of a job." });

export const batchJobStatus = z
  .strictObject({
    phase: jobPhase,
    attempt: count.describe("Starts so far."),
    failures: count.describe("Failures of its own so far."),
    members: z.array(memberStatus),
    startedAt: instant.exactOptional(),
    endedAt: instant.exactOptional(),
    exitCode: count
      .exactOptional()
      .describe(
        "How its command ended: 0 if it succeeded, else that of the member that failed first in the " +
          "newest attempt that failed (128 and the signal's number if one has ended it). Absent: none " +
          "has ended yet, or none could start.",
      ),
    checkpointedAt: instant.exactOptional().describe("Of the newest checkpoint that was seen."),
    conditions,
  })
  .meta({ id: "BatchJobStatus" });

export const modelServiceStatus = z
  .strictObject({
    replicas: z.strictObject({ ready: count, starting: count, asleep: count }),
    endpoint: z
      .string()
      .exactOptional()
      .describe("Where its requests go, whichever replica serves them."),
    requests: z
      .strictObject({ arrived: count, begun: count, ended: count })
      .describe("Since the control plane knows the service."),
    conditions,
  })
  .meta({ id: "ModelServiceStatus" });

export const queueStatus = z
  .strictObject({
    pending: count.describe("Jobs that wait."),
    running: count.describe("Jobs that run."),
    held: amounts,
    conditions,
  })
  .meta({ id: "QueueStatus" });

export const nodeStatus = z
  .strictObject({
    cpu: z.number().describe("Milli-CPU."),
    memory: z.number().describe("MiB."),
    devices: z.array(
      z.strictObject({ kind: z.string(), memory: z.number().describe("MiB of each.") }),
    ),
    held: amounts.describe("Promised to what runs or is about to."),
    conditions,
  })
  .meta({ id: "NodeStatus" });

export const replicaPhase = z.enum(["Starting", "Ready", "Sleeping", "Waking", "Leaving"]);

export const replicaStatus = z
  .strictObject({
    service: z.string(),
    node: z.string(),
    devices,
    phase: replicaPhase,
    since: instant,
  })
  .meta({ id: "ReplicaStatus" });
