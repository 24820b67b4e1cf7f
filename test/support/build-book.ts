import { Ground } from "../../src/decide/ground.ts";
import { JobBook } from "../../src/decide/jobs/job-book.ts";
import type { Member } from "../../src/decide/jobs/job-record.ts";
import { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import { findPolicy } from "../../src/decide/policies/registry.ts";
import type { BatchJob } from "../../src/model/job.ts";
import type { Node } from "../../src/model/node.ts";
import { buildQueue } from "./build-queue.ts";
import { noRandom } from "./scripted-random.ts";

/** A book of jobs on these nodes, with these queues, of which nothing is decided by itself. */
export function buildBook(nodes: readonly Node[], queues: readonly string[]): JobBook {
  const model = new PlacementModel(findPolicy("best-fit")!, { classes: [] });
  const ground = new Ground(model);
  for (const node of nodes) {
    const [device] = node.devices;
    const kind = device === undefined ? -1 : model.kinds.intern(device.kind)!;
    ground.rowOf.set(node.id, ground.table.add({ node, kind }));
  }
  const book = new JobBook(ground);
  for (const id of queues) book.queues.set(buildQueue({ id }));
  return book;
}

/** The job runs with as many members as fit, up to the most of its first role; false if too few do. */
export function runJob(book: JobBook, job: BatchJob, nowMs: number): boolean {
  const { table, placer } = book.ground;
  const record = book.add(job, book.queues.indexOf(job.queue)!, nowMs);
  const [request] = record.classes;
  const [{ replicas }] = job.roles;
  const members: Member[] = [];
  while (members.length < replicas.max && placer.fitsAnywhere(request)) {
    const row = placer.pickRow(request, noRandom);
    const devices = placer.pickDevices(row, request, noRandom);
    table.take(row, request, devices);
    members.push({ row, request, devices, role: 0, number: members.length });
  }
  if (members.length < replicas.min) {
    for (const { row, devices } of members) table.release(row, request, devices);
    book.forget(record);
    return false;
  }
  book.toRunning(record, members);
  record.startedMs = nowMs;
  book.saved(record, nowMs);
  return true;
}
