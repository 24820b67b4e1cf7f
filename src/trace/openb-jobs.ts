import type { ResourceRequest } from "../model/resources.ts";
import { type OnIgnoredColumns, readCsvRows } from "./csv-rows.ts";
import { InputError } from "./input-error.ts";
import { POD_COLUMNS, toPodRequest } from "./openb.ts";

/** Most pods that are kept in memory, each an object. */
const PODS_MAX = 5_000_000;
/** Latest time of a pod, in seconds: a century. */
const SECONDS_MAX = 100 * 366 * 86_400;

const TIMES = ["creation_time", "deletion_time"];
const COLUMNS = {
  required: [...POD_COLUMNS.required, ...TIMES],
  optional: POD_COLUMNS.optional.filter((column) => !TIMES.includes(column)),
};

/** A pod with its times. */
export interface OpenbJob {
  readonly name: string;
  readonly request: ResourceRequest;
  /** Milliseconds from the first pod that is kept to this one's creation. */
  readonly createdMs: number;
  /** Milliseconds from creation to deletion; 1 s for a pod that was deleted within its first second. */
  readonly ranMs: number;
  /** Line of the file. */
  readonly line: number;
}

/** Which pods are kept. */
export interface OpenbSelection {
  /** Class of service, such as `BE`; absent: every class. */
  readonly qos?: string;
  /** Whether pods that ask for no device are left out. */
  readonly gpuOnly: boolean;
}

/**
 * Pods in the format of the openb trace as work that runs for a time, in order of creation: name,
 * cpu_milli, memory_mib, num_gpu, gpu_milli, gpu_spec, qos, creation_time and deletion_time (whole
 * seconds).
 *
 * @throws InputError with file, line and column; also if no pod is kept.
 */
export async function readOpenbJobs(
  file: string,
  { qos, gpuOnly }: OpenbSelection,
  onIgnoredColumns: OnIgnoredColumns,
): Promise<OpenbJob[]> {
  const jobs: OpenbJob[] = [];
  const lineOf = new Map<string, number>();
  const classes = new Set<string>();
  let firstSeconds: number | undefined;
  let latestSeconds = 0;
  for await (const row of readCsvRows(file, COLUMNS, onIgnoredColumns)) {
    const name = row.name("name");
    const { line = 0 } = row.place("name");
    const known = lineOf.get(name);
    if (known !== undefined) throw row.invalid("name", `${name} stands on line ${known} too`);
    lineOf.set(name, line);
    if (lineOf.size > PODS_MAX) {
      throw new InputError("too-large", row.place("name"), `more than ${PODS_MAX} pods`);
    }
    const request = toPodRequest(row);
    const created = row.integer("creation_time", SECONDS_MAX);
    const deleted = row.integer("deletion_time", SECONDS_MAX);
    if (created < latestSeconds) {
      const problem = `${created} is earlier than the pod before it, at ${latestSeconds}`;
      throw new InputError("unsorted-trace", row.place("creation_time"), problem);
    }
    latestSeconds = created;
    if (deleted < created) {
      throw row.invalid("deletion_time", `${deleted} is before the creation at ${created}`);
    }
    classes.add(row.text("qos"));
    const isKept = qos === undefined || row.text("qos") === qos;
    if (!isKept || (gpuOnly && request.accelerators === undefined)) continue;
    firstSeconds ??= created;
    const createdMs = (created - firstSeconds) * 1000;
    jobs.push({ name, request, createdMs, ranMs: Math.max(deleted - created, 1) * 1000, line });
  }
  if (jobs.length === 0) {
    const wanted = `${qos === undefined ? "" : ` of qos ${qos}`}${gpuOnly ? " with a GPU" : ""}`;
    const problem = `has no pod${wanted}; its pods are of qos ${[...classes].join(", ")}`;
    throw new InputError("empty-file", { file }, problem);
  }
  return jobs;
}
