import path from "node:path";

/** What becomes of a job if nothing comes between. */
export type Goal = "Succeeded" | "Failed" | "stays";

/** One object from its making to its end; its name may be used again by a later one. */
export interface Life {
  /** Unique for all time; processes know it as LIFE. */
  readonly id: string;
  readonly kind: "BatchJob" | "ModelService";
  readonly name: string;
  readonly manifest: string;
  readonly goal: Goal;
  /** Somebody has asked that it goes. */
  isDeleted: boolean;
}

const JOB_SCRIPT = path.join(import.meta.dirname, "survival-job.sh");
const REPLICA_SCRIPT = path.join(import.meta.dirname, "survival-replica.ts");

/** What a kind of job is made of. */
interface JobPlan {
  readonly words: (random: () => number) => string;
  readonly goal?: Goal;
  /** Further lines of the spec. */
  readonly spec?: string;
  readonly milli?: number;
}

const whole = (random: () => number, min: number, max: number) =>
  min + Math.floor(random() * (max - min + 1));

const QUICK_RETRIES = "  retries: {max: 3, backoff: 50ms}";
const GANG = "  replicas: 2";

const PLANS: Readonly<Record<string, JobPlan>> = {
  well: { words: (random) => `well, "${whole(random, 0, 10)}"` },
  gang: { words: (random) => `well, "${whole(random, 4, 12)}"`, spec: GANG },
  failing: {
    words: (random) => `fail, "${whole(random, 0, 6)}", "${whole(random, 1, 2)}"`,
    spec: QUICK_RETRIES,
  },
  failingGang: {
    words: (random) => `fail, "${whole(random, 2, 6)}", "1"`,
    spec: `${GANG}\n${QUICK_RETRIES}`,
  },
  doomed: {
    words: () => `fail, "2", "9"`,
    goal: "Failed",
    spec: "  retries: {max: 1, backoff: 50ms}",
  },
  saving: {
    words: (random) => `save, "${whole(random, 10, 40)}"`,
    spec: "  priority: -1\n  checkpoint: {path: LIFE, every: 1s, save: 1s, onRequest: true}",
    milli: 500,
  },
  pausing: {
    words: (random) => `well, "${whole(random, 10, 30)}"`,
    spec: "  priority: -1\n  suspension: {hostMemory: 16Mi}",
    milli: 500,
  },
  elastic: {
    words: (random) => `well, "${whole(random, 6, 20)}"`,
    spec: "  replicas: {min: 1, max: 3}\n  priority: -1",
  },
  urgent: {
    words: (random) => `well, "${whole(random, 2, 8)}"`,
    spec: "  priority: 5",
    milli: 1200,
  },
  staying: { words: () => `stay, "0"`, goal: "stays" },
};

/** Names of all kinds of jobs. */
export const JOB_PLANS: readonly string[] = Object.keys(PLANS);

/** Where processes write their records, and where chance comes from. */
export interface LifeMaker {
  readonly records: string;
  readonly random: () => number;
}

export function makeJob(
  id: string,
  name: string,
  planName: string,
  { records, random }: LifeMaker,
): Life {
  const { words, goal = "Succeeded", spec = "", milli = 100 } = PLANS[planName];
  const manifest = `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata: {name: ${name}, labels: {plan: ${planName}}}
spec:
  command: [bash, ${JOB_SCRIPT}, ${words(random)}]
  env: [{name: RECORDS, value: ${records}}, {name: LIFE, value: ${id}}]
  resources: {cpu: ${milli}m, memory: 16Mi}
${spec.replaceAll("LIFE", id)}
`;
  return { id, kind: "BatchJob", name, manifest, goal, isDeleted: false };
}

/** A service of so many replicas. */
export function makeService(
  id: string,
  name: string,
  replicas: number,
  { records }: Pick<LifeMaker, "records">,
): Life {
  const manifest = `apiVersion: neuraxis.dev/v1alpha1
kind: ModelService
metadata: {name: ${name}}
spec:
  task: completion
  model: {name: ${name}}
  runtime:
    command: [${process.execPath}, ${REPLICA_SCRIPT}]
    env: [{name: RECORDS, value: ${records}}, {name: LIFE, value: ${id}}]
  replicas: {min: ${replicas}, max: ${replicas}}
  concurrency: 4
  startTime: 1s
  readiness: {interval: 200ms}
  stop: {grace: 5s}
  resources: {cpu: 100m, memory: 128Mi}
`;
  return { id, kind: "ModelService", name, manifest, goal: "stays", isDeleted: false };
}
