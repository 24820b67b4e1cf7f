import { z } from "zod";
import {
  cpu,
  deviceTotal,
  duration,
  mapOr,
  memory,
  period,
  settings,
  wholeNumber,
} from "../../manifest/shape-parts.ts";
import { devices, name, oneOf } from "./shape-parts.ts";

const COUNT_MAX = 1_000_000;
const ROLES_MAX = 64;
const MEMBERS_MAX = 100_000;
const OVERCOMMIT_MAX = 16;

/** A file beside the scenario, or one of the folder of traces. */
const traceFile = mapOr(name, settings({ trace: name, else: z.literal("generated").optional() }));
/** A file that nothing generated can stand in for. */
const plainTraceFile = mapOr(name, settings({ trace: name }));

/** How far jobs may borrow CPU that services ask for and do not use. */
const overcommitted = {
  overcommit: settings({
    cpu: z.number().min(1).max(OVERCOMMIT_MAX),
    headroom: z.number().min(0).max(OVERCOMMIT_MAX).default(0.2),
  }).optional(),
};

const nodes = oneOf({
  count: settings({
    count: wholeNumber(1, COUNT_MAX),
    name,
    cpu,
    memory,
    gpus: wholeNumber(0, 1024).default(0),
    kind: name.optional(),
    gpuMemory: memory.optional(),
    ...overcommitted,
  })
    .refine(({ gpus, kind }) => gpus === 0 || kind !== undefined, {
      path: ["kind"],
      message: "is missing; nodes with GPUs say of which kind they are",
    })
    .superRefine(({ gpus, kind, gpuMemory }, context) => {
      if (gpus === 0) refuseKeys(context, { kind, gpuMemory }, "is of GPUs; these nodes have none");
    }),
  csv: settings({ csv: plainTraceFile, ...overcommitted }),
});

const amounts = settings({
  cpu: cpu.optional(),
  memory: memory.optional(),
  gpus: deviceTotal.optional(),
});

const queue = settings({
  name,
  parent: name.optional(),
  weight: wholeNumber(1, COUNT_MAX).default(1),
  guaranteed: amounts.default({}),
  limit: amounts.default({}),
  borrows: z.boolean().default(true),
});

const request = {
  cpu,
  memory,
  gpus: devices.default({ count: 0, milli: 0 }),
  gpuMemory: memory.optional(),
  kinds: z.array(name).default([]),
};

/** Who asks for no GPU cannot say of which sort. */
function checkSort(
  { gpus, gpuMemory, kinds }: z.output<z.ZodObject<typeof request>>,
  context: z.RefinementCtx,
): void {
  if (gpus.count > 0) return;
  const told = { gpuMemory, kinds: kinds.length === 0 ? undefined : kinds };
  refuseKeys(context, told, "is of GPUs; none is asked for");
}

/** What is told here is read by nobody. */
function refuseKeys(
  context: z.RefinementCtx,
  told: Readonly<Record<string, unknown>>,
  message: string,
): void {
  for (const [key, value] of Object.entries(told)) {
    if (value !== undefined) context.addIssue({ code: "custom", path: [key], message });
  }
}

/** What every job of a source has in common. */
const handling = {
  queue: name,
  priority: wholeNumber(-(2 ** 31) + 1, 2 ** 31 - 1).default(0),
  checkpoint: settings({
    every: period,
    save: duration,
    restart: duration,
    onRequest: z.boolean().default(false),
  }).optional(),
  suspension: settings({ hostMemory: memory, suspend: duration, resume: duration }).optional(),
  minimumRuntime: duration.optional(),
  retries: settings({ max: wholeNumber(0, COUNT_MAX), backoff: duration }).optional(),
};

const scaled = {
  /** The first so many of them. */
  pods: wholeNumber(1, COUNT_MAX).optional(),
  /** So much of what serving alone leaves idle; they are repeated or cut to it. */
  amount: z.number().positive().max(100).optional(),
};

const members = mapOr(
  wholeNumber(1, MEMBERS_MAX).transform((count) => ({ min: count, max: count })),
  bounds(1, MEMBERS_MAX),
);

const listedJob = settings({
  ...handling,
  name,
  submit: duration,
  work: period,
  deadline: period.optional(),
  roles: z
    .array(settings({ ...request, name, members }).superRefine(checkSort))
    .min(1)
    .max(ROLES_MAX),
  speeds: z.record(name, z.number().positive()).optional(),
  failures: z.array(settings({ attempt: wholeNumber(1, COUNT_MAX), after: duration })).optional(),
}).superRefine(({ roles, speeds, failures = [] }, context) => {
  if (roles.every(({ gpus }) => gpus.count === 0)) {
    refuseKeys(context, { speeds }, "are of GPUs; the job asks for none");
  }
  for (const [index, { attempt }] of failures.entries()) {
    if (failures.findIndex((other) => other.attempt === attempt) === index) continue;
    const message = `is ${attempt} as before; an attempt fails once`;
    context.addIssue({ code: "custom", path: ["failures", index, "attempt"], message });
  }
});

const jobs = oneOf({
  openb: settings({
    ...handling,
    ...scaled,
    openb: traceFile,
    qos: name.optional(),
    gpuOnly: z.boolean().default(false),
  }),
  generated: settings({
    ...handling,
    ...scaled,
    generated: settings({ pods: wholeNumber(1, COUNT_MAX), over: duration }),
  }),
  list: settings({ list: z.array(listedJob).min(1) }),
});

const copies = { copies: wholeNumber(1, 1000).default(1) };

const requests = oneOf({
  imageRequests: settings({ ...copies, imageRequests: traceFile }),
  llmRequests: settings({
    ...copies,
    llmRequests: plainTraceFile,
    /** Tokens of a prompt that a replica reads in a second. */
    contextPerSecond: z.number().positive(),
    /** Tokens of an answer that a replica writes in a second, for one request. */
    generatedPerSecond: z.number().positive(),
  }),
  generated: settings({
    ...copies,
    generated: settings({ requests: wholeNumber(1, 50_000_000), over: period }),
  }),
});

const share = z.number().min(0).max(1);

const service = settings({
  ...request,
  name,
  /** Shares of its CPU that a replica uses. */
  cpuUse: settings({ busy: share, idle: share }).optional(),
  replicas: bounds(0, MEMBERS_MAX),
  concurrency: wholeNumber(1, COUNT_MAX).default(1),
  start: duration,
  sleep: settings({
    hostMemory: memory,
    sleep: duration,
    wake: duration,
    standby: z.union([z.literal("all"), wholeNumber(0, MEMBERS_MAX)], {
      error: 'must be "all" or a number of replicas',
    }),
  }).optional(),
  scaling: settings({
    keepAlive: duration,
    headroom: wholeNumber(0, MEMBERS_MAX).default(0),
    missed: z.number().gt(0).lt(1).optional(),
  }),
  objective: settings({ wait: duration, quantile: z.number().gt(0).max(1) }),
  requests,
})
  .superRefine(checkSort)
  .refine(
    ({ sleep, replicas }) => typeof sleep?.standby !== "number" || sleep.standby <= replicas.max,
    {
      path: ["sleep", "standby"],
      message: "is more than the replicas' max",
    },
  );

const failure = oneOf({
  nodeLost: settings({ at: duration, nodeLost: name, repair: period.optional() }),
  drain: settings({ at: duration, drain: name }),
  open: settings({ at: duration, open: name }),
  deviceFailed: settings({
    at: duration,
    deviceFailed: settings({ node: name, device: wholeNumber(0, 1023) }),
  }),
  mtbf: settings({ mtbf: period, repair: period }),
});

/** A scenario as its file says it, with quantities read and defaults put in. */
export const scenarioShape = settings({
  name,
  seed: wholeNumber(0, 2 ** 31 - 1),
  horizon: period.optional(),
  policy: name.default("neuraxis"),
  grace: duration,
  patience: period.optional(),
  nodes: z.array(nodes).min(1),
  queues: z.array(queue).default([]),
  jobs: z.array(jobs).default([]),
  services: z.array(service).default([]),
  failures: z.array(failure).default([]),
  prices: z.record(name, z.number().min(0)).optional(),
});

function bounds(least: number, most: number) {
  return settings({ min: wholeNumber(least, most), max: wholeNumber(1, most) }).refine(
    ({ min, max }) => min <= max,
    { path: ["max"], message: "is less than min" },
  );
}

export type ScenarioShape = z.output<typeof scenarioShape>;
export type NodesShape = ScenarioShape["nodes"][number];
export type QueueShape = ScenarioShape["queues"][number];
export type JobsShape = ScenarioShape["jobs"][number];
export type ListedJobShape = z.output<typeof listedJob>;
export type HandlingShape = Pick<ListedJobShape, keyof typeof handling>;
export type RequestShape = Pick<ListedJobShape["roles"][number], keyof typeof request>;
export type ServiceShape = ScenarioShape["services"][number];
export type RequestsShape = ServiceShape["requests"];
export type FailureShape = ScenarioShape["failures"][number];
export type TraceFileShape = z.output<typeof traceFile>;
