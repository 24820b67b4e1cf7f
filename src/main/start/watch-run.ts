import type { WrittenObjects } from "../../api/objects.ts";
import type { Client } from "../../client/client.ts";
import { ClientError } from "../../client/client-error.ts";
import { type CpuTime, readCpuTime } from "./cpu-time.ts";
import { SERVICE } from "./manifests.ts";

/** A line of JSON that the trainer prints when it evaluates (examples/tiny-lm/README.md). */
export interface Progress {
  readonly step: number;
  readonly heldOutBitsPerChar: number;
  readonly tokensPerSecond: number;
}

/** What the control plane tells of a run. */
export interface Sight {
  /** By the process's clock. */
  readonly atMs: number;
  readonly jobs: ReadonlyMap<string, WrittenObjects["BatchJob"]>;
  readonly service: WrittenObjects["ModelService"] | undefined;
  /** The replicas of the service. */
  readonly replicas: readonly WrittenObjects["Replica"][];
  readonly node: WrittenObjects["Node"] | undefined;
  readonly cpu: CpuTime;
}

export async function look(client: Client): Promise<Sight> {
  const [jobs, services, replicas, nodes, usage] = await Promise.all([
    client.list("BatchJob"),
    client.list("ModelService"),
    client.list("Replica"),
    client.list("Node"),
    client.usage(),
  ]);
  return {
    atMs: performance.now(),
    jobs: new Map(jobs.objects.map((job) => [job.metadata.name, job])),
    service: services.objects.find(({ metadata }) => metadata.name === SERVICE),
    replicas: replicas.objects.filter(({ status }) => status.service === SERVICE),
    node: nodes.objects[0],
    cpu: readCpuTime(usage),
  };
}

/** How offline work is held back on a node; undefined if it is not. */
export function holdOf({ status }: WrittenObjects["Node"]): string | undefined {
  const found = status.conditions.find(({ type }) => type === "Throttled");
  return found?.status === "True" ? found.reason : undefined;
}

/** What a job has printed of its course; nothing while it has not begun. */
export async function readProgress(client: Client, job: string): Promise<readonly Progress[]> {
  const pieces: Uint8Array[] = [];
  try {
    const log = client.log({ kind: "BatchJob", name: job, stream: "stdout" });
    for await (const piece of log) pieces.push(piece);
  } catch (error) {
    // Its process has not begun, or makes way for the next one just now.
    if (!(error instanceof ClientError)) throw error;
  }
  return Buffer.concat(pieces).toString("utf8").split("\n").flatMap(parseProgress);
}

/** The last lines that a job has printed for people. */
export async function lastWords(client: Client, job: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  try {
    const log = client.log({ kind: "BatchJob", name: job, stream: "stderr", tail: 5 });
    for await (const piece of log) pieces.push(piece);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
  }
  return Buffer.concat(pieces).toString("utf8").trim();
}

/** A line that is only half written is read the next time. */
function parseProgress(line: string): Progress[] {
  try {
    const progress = JSON.parse(line) as Partial<Progress>;
    return typeof progress.step === "number" ? [progress as Progress] : [];
  } catch {
    return [];
  }
}
