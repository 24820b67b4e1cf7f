import { z } from "zod";
import { checkLaunch, launchFieldsOf, pathBelow, refuseTwins } from "./launch-shape.ts";
import { label } from "./name-shapes.ts";
import { deviceKind, resources, wholeDuration, wholePeriod } from "./resources-shape.ts";
import { chosen, isMap, mapOr, memory, settings, wholeNumber } from "./shape-parts.ts";

const ROLES_MAX = 64;
const MEMBERS_MAX = 100_000;
const PRIORITY_MAX = 2 ** 31 - 1;
const RETRIES_MAX = 1_000_000;
/** What a job's only role is called if it has no name. */
const SOLE_ROLE = "worker";

/** Variables that Neuraxis sets for each member, as torchrun does. */
const GANG_VARIABLES = new Set(["RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"]);

const members = settings({
  min: wholeNumber(1, MEMBERS_MAX).describe("It starts with so many members."),
  max: wholeNumber(1, MEMBERS_MAX).describe("It grows to so many where devices idle."),
}).refine(({ min, max }) => min <= max, { path: ["max"], message: "is less than min" });

const fixedMembers = wholeNumber(1, MEMBERS_MAX).transform((count) => ({ min: count, max: count }));

const roleFields = {
  replicas: mapOr(fixedMembers, members)
    .prefault(1)
    .describe("Members: a number, or `{min, max}` for a job that can grow and shrink."),
  ...launchFieldsOf(GANG_VARIABLES),
  resources: resources.describe("What each member holds, all of it on one node."),
};

const role = settings({
  name: label.describe("Unique in the job."),
  ...roleFields,
}).superRefine(checkLaunch);

const roles = z
  .array(role)
  .min(1)
  .max(ROLES_MAX)
  .superRefine((items, context) => {
    refuseTwins(
      context,
      items.map(({ name }) => name),
      "name",
    );
    const count = items.reduce((sum, { replicas }) => sum + replicas.max, 0);
    if (count <= MEMBERS_MAX) return;
    const message = `have ${count} members together; at most ${MEMBERS_MAX} can be`;
    context.addIssue({ code: "custom", message });
  });

const jobFields = {
  queue: label.default("default").describe("A queue without queues below it."),
  priority: wholeNumber(-PRIORITY_MAX, PRIORITY_MAX)
    .default(0)
    .describe(
      "Higher goes first within the queue, and may make lower leave where nodes are full; at the queue's limit it waits.",
    ),
  checkpoint: settings({
    path: pathBelow
      .optional()
      .describe("Folder below the engine's folder of checkpoints. Absent: the job's name."),
    every: wholePeriod.prefault("10min").describe("Run time between checkpoints."),
    save: wholeDuration.prefault("10s").describe("Time that taking one costs."),
    restart: wholeDuration
      .prefault("30s")
      .describe("Time from a start to where the checkpoint left off."),
    onRequest: z.boolean().default(false).describe("Whether it takes one when asked to leave."),
  })
    .optional()
    .describe("How the job saves what it has done. Absent: it begins anew whenever it stops."),
  suspension: settings({
    hostMemory: memory.describe(
      "Host memory that the content of a whole device takes; that of a share takes its part.",
    ),
    suspend: wholeDuration.prefault("1s").describe("Time that suspending takes."),
    resume: wholeDuration.prefault("1s").describe("Time that resuming takes."),
  })
    .optional()
    .describe("It can be suspended in place. Absent: it cannot."),
  retries: settings({
    max: wholeNumber(0, RETRIES_MAX).default(3).describe("Starts after failures of its own."),
    backoff: wholeDuration
      .prefault("10s")
      .describe("Wait before the first; it doubles with each further one."),
  })
    .prefault({})
    .describe("What happens after a failure; a lost node is not counted."),
  deadline: wholePeriod
    .optional()
    .describe("Time from submission within which it has to have ended; it is given up then."),
  minimumRuntime: wholeDuration
    .prefault("0s")
    .describe("No other job makes it leave within this time of its start."),
  speeds: z
    .record(deviceKind, z.number().positive())
    .optional()
    .describe("Speed by kind of device, such as `{A10: 0.5}`; 1 for kinds not named."),
};

const notYet = {
  topology: "is not supported yet: members are placed wherever there is room",
  estimatedDuration: "is not supported yet: nothing is planned by how long a job may take",
};

const BESIDE_ROLES = "stands in each role where there are roles";
const besideRoles = Object.fromEntries(Object.keys(roleFields).map((key) => [key, BESIDE_ROLES]));

const fullSpec = settings(
  { ...jobFields, roles: roles.describe("Members that do the same, by what they do.") },
  { ...notYet, ...besideRoles },
).superRefine(checkSpeeds);

/** A job of one role, whose fields stand in `spec` itself. */
const shortSpec = settings({ ...jobFields, ...roleFields }, notYet)
  .superRefine(checkLaunch)
  .transform(({ replicas, command, image, args, env, workingDirectory, resources, ...job }) => ({
    ...job,
    roles: [
      {
        name: SOLE_ROLE,
        replicas,
        ...(command === undefined ? {} : { command }),
        ...(image === undefined ? {} : { image }),
        args,
        env,
        ...(workingDirectory === undefined ? {} : { workingDirectory }),
        resources,
      },
    ],
  }))
  .superRefine(checkSpeeds);

export const batchJobSpec = chosen([fullSpec, shortSpec], (value) =>
  isMap(value) && !Object.hasOwn(value, "roles") ? shortSpec : fullSpec,
);

export type BatchJobSpec = z.output<typeof batchJobSpec>;

/** Keys that nobody would read are refused. */
function checkSpeeds(
  { roles, speeds }: { roles: readonly z.output<typeof role>[]; speeds?: unknown },
  context: z.RefinementCtx,
): void {
  if (speeds === undefined) return;
  if (roles.some(({ resources }) => resources.accelerators !== undefined)) return;
  const message = "are of devices; the job asks for none";
  context.addIssue({ code: "custom", path: ["speeds"], message });
}
