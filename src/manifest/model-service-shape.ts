import { z } from "zod";
import { checkLaunch, launchFieldsOf, plainPath, sayTaken, variableName } from "./launch-shape.ts";
import { resources, wholeDuration, wholePeriod } from "./resources-shape.ts";
import { memory, settings, show, wholeNumber } from "./shape-parts.ts";

const REPLICAS_MAX = 100_000;
const FAILURES_MAX = 1000;

/** What a service does, as OpenAI's API tells apart. */
export const TASKS = [
  "chat",
  "completion",
  "embedding",
  "rerank",
  "transcription",
  "speech",
  "image",
  "moderation",
] as const;

const SIGNALS = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2"] as const;

const port = settings({
  env: variableName.optional().describe("Variable by which the process learns its port."),
  number: wholeNumber(1, 65_535).optional().describe("Instead: the port that it always takes."),
}).refine(({ env, number }) => (env === undefined) !== (number === undefined), {
  message: "must have either env or number",
});

const runtime = settings({
  ...launchFieldsOf(new Set()),
  port: port.prefault({ env: "PORT" }).describe("Where a replica listens."),
})
  .superRefine(checkLaunch)
  .superRefine(({ env, port }, context) => {
    const index = env.findIndex(({ name }) => name === port.env);
    if (index === -1) return;
    const message = sayTaken(env[index].name);
    context.addIssue({ code: "custom", path: ["env", index, "name"], message });
  });

const model = settings({
  name: z
    .string()
    .regex(/^[A-Za-z0-9]([-._:/A-Za-z0-9]{0,198}[A-Za-z0-9])?$/, {
      error: ({ input }) => `must be a model's name such as org/name-7b, not ${show(input)}`,
    })
    .describe("What requests call it."),
  path: plainPath.optional().describe("File or folder of its weights. Absent: the runtime knows."),
});

const readiness = settings({
  path: z
    .string()
    .regex(/^\/[^\s\p{Cc}]{0,1023}$/u, {
      error: ({ input }) => `must be a path such as /healthz, not ${show(input)}`,
    })
    .default("/healthz")
    .describe("Asked by GET; a status of 200 to 299 is yes."),
  interval: wholePeriod.prefault("1s").describe("Time between questions."),
  timeout: wholePeriod.prefault("1s").describe("Time within which the answer has to come."),
  failures: wholeNumber(1, FAILURES_MAX)
    .default(3)
    .describe("So many answers in a row that are not yes: it has crashed."),
});

const sleep = settings({
  hostMemory: memory.describe("Host memory that a sleeping replica holds."),
  sleep: wholeDuration.prefault("1s").describe("Time to fall asleep."),
  wake: wholeDuration.prefault("1s").describe("Time to wake."),
  standby: z
    .union([z.literal("all"), wholeNumber(0, REPLICAS_MAX)], {
      error: ({ input }) => `must be "all" or a number of replicas, not ${show(input)}`,
    })
    .default("all")
    .describe("Replicas that are kept loaded, awake or asleep."),
});

export const modelServiceSpec = settings(
  {
    task: z.enum(TASKS).describe("What it does."),
    runtime: runtime.describe("What each replica runs."),
    model: model.describe("What it serves."),
    replicas: settings({
      min: wholeNumber(0, REPLICAS_MAX).default(0).describe("So many are always awake."),
      max: wholeNumber(1, REPLICAS_MAX).describe("At most so many are awake."),
    })
      .refine(({ min, max }) => min <= max, { path: ["max"], message: "is less than min" })
      .describe("Bounds of the awake replicas."),
    concurrency: wholeNumber(1, REPLICAS_MAX)
      .default(1)
      .describe("Requests that one replica serves at once."),
    resources: resources.describe("What each awake replica holds, all of it on one node."),
    startTime: wholeDuration
      .prefault("30s")
      .describe("Time that a start is expected to take where the model is not loaded."),
    readiness: readiness.prefault({}).describe("How a replica is asked whether it serves."),
    sleep: sleep
      .optional()
      .describe("A replica not needed sleeps, its weights in host memory. Absent: it is stopped."),
    scaling: settings({
      keepAlive: wholeDuration
        .prefault("5min")
        .describe("A replica more than needed stays awake for this time at least."),
      headroom: wholeNumber(0, REPLICAS_MAX)
        .default(0)
        .describe("Replicas kept awake beyond those that are busy."),
    })
      .prefault({})
      .describe("How the awake replicas follow the requests."),
    objective: settings({
      wait: wholeDuration.describe("How long a request may wait for a replica."),
      missed: z.number().gt(0).lt(1).describe("Share of the requests that may wait longer."),
    })
      .optional()
      .describe("What requests are promised; replicas are scaled by it. Absent: nothing."),
    stop: settings({
      signal: z.enum(SIGNALS).default("SIGTERM").describe("By which a replica is asked to end."),
      grace: wholeDuration.prefault("30s").describe("Time until it is killed."),
    })
      .prefault({})
      .describe("How a replica ends."),
  },
  {
    adapters: "is not supported yet: a service serves one model",
    rollout: "is not supported yet: a change replaces all replicas",
    objectives:
      "is not supported yet; objective.wait and objective.missed promise how long requests wait",
  },
).refine(
  ({ sleep, replicas }) => typeof sleep?.standby !== "number" || sleep.standby <= replicas.max,
  {
    path: ["sleep", "standby"],
    message: "is more than the replicas' max",
  },
);

export type ModelServiceSpec = z.output<typeof modelServiceSpec>;
