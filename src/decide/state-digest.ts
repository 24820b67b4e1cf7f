import type { WorkId } from "../model/ids.ts";
import type { BatchJob } from "../model/job.ts";
import type { ModelService } from "../model/service.ts";
import { NO_KIND } from "./cluster/kind-table.ts";
import type { Holding } from "./departures.ts";
import type { Ground } from "./ground.ts";
import { Digest, type DigestPart } from "./hash.ts";
import type { JobBook } from "./jobs/job-book.ts";
import type { JobRecord } from "./jobs/job-record.ts";
import type { ServiceBook } from "./services/service-book.ts";

/** Digests of jobs and services as they were stated, which nobody changes. */
const statements = new WeakMap<BatchJob | ModelService, DigestPart>();

/** Everything that later decisions depend on. */
export interface State {
  readonly ground: Ground;
  readonly jobs: JobBook;
  readonly services: ServiceBook;
  readonly works: ReadonlyMap<WorkId, Holding>;
  readonly pending: ReadonlySet<WorkId>;
}

/** Digest of the state (rule S5); names and amounts, no numbers that one process made up. */
export function digestState(state: State): string {
  const digest = new Digest();
  const { ground } = state;
  const { model, table, rowOf } = ground;
  digest.text(model.policy.name);
  digest.integer(rowOf.size);
  for (const [id, row] of rowOf) {
    digest.text(id);
    const kind = table.kind(row);
    digest.text(kind === NO_KIND ? "" : model.kinds.names[kind]);
    digest.integers([...table.content(row)]);
    digest.text(String(ground.pressed.get(row)));
    for (const item of state.services.lent.content(row)) digest.text(String(item));
  }
  digest.integer(state.pending.size);
  for (const id of state.pending) digest.text(id);
  for (const [id, work] of [...state.works].toSorted(byKey)) {
    digest.text(id);
    digestHolding(digest, ground, work);
  }
  digest.integers([...ground.departures.content()]);
  for (const item of state.jobs.queues.content()) digestItem(digest, item);
  for (const [, record] of [...state.jobs.records].toSorted(byKey)) {
    digestJob(digest, ground, record);
  }
  const { keptRoom } = state.jobs;
  digest.text(keptRoom === undefined ? "" : `${keptRoom.record.job.id} ${keptRoom.untilMs}`);
  for (const row of keptRoom?.rows ?? []) digest.text(table.ids[row]);
  digestServices(digest, ground, state.services);
  return digest.hex();
}

function digestJob(digest: Digest, ground: Ground, record: JobRecord): void {
  const { state } = record;
  digest.part(statementPart(record.job));
  digest.text(record.waitCode ?? "");
  digest.text(String(record.overtakenMs));
  digest.text(state.kind);
  digest.integer(state.kind === "suspended" || state.kind === "stopping" ? state.departure : 0);
  digest.integer(state.kind === "stopping" && state.isOver ? 1 : 0);
  digest.integers([record.sequence, record.attempt, record.failures, record.nextMember]);
  const times = [record.startedMs, record.savedMs, record.suspendedMs];
  for (const time of times) digest.text(String(time));
  digest.text(state.kind === "delayed" ? String(state.untilMs) : "");
  digest.integer(record.members.length);
  for (const member of record.members) {
    digest.integer(member.number);
    digestHolding(digest, ground, member);
  }
}

/** O(1), but for the first time. */
function statementPart(statement: BatchJob | ModelService): DigestPart {
  let part = statements.get(statement);
  if (part === undefined) {
    const digest = new Digest();
    digest.text(JSON.stringify(statement));
    part = digest.asPart();
    statements.set(statement, part);
  }
  return part;
}

function digestServices(digest: Digest, ground: Ground, book: ServiceBook): void {
  for (const [id, record] of [...book.services].toSorted(byKey)) {
    digest.text(id);
    digest.part(statementPart(record.service));
    digest.text(record.waitCode ?? "");
    digest.integer(record.isRemoved ? 1 : 0);
    digest.integer(record.nextReplica);
    for (const item of record.demand.content()) digest.text(String(item));
    for (const replica of record.replicas.values()) {
      digest.text(`${replica.number} ${replica.state} ${replica.isIdle ? "idle" : ""}`);
      digest.integer(replica.departure ?? 0);
      digestHolding(digest, ground, replica.holding);
    }
  }
}

function digestHolding(digest: Digest, { model, table }: Ground, holding: Holding): void {
  const { classes, kinds } = model;
  const { row, request, devices } = holding;
  digest.text(row === -1 ? "" : table.ids[row]);
  digest.integers(devices);
  digest.integer(classes.cpu[request]);
  digest.integer(classes.memory[request]);
  digest.integer(classes.count[request]);
  digest.integer(classes.milli[request]);
  digest.integer(classes.deviceMemory[request]);
  const names = kinds.named(classes.kinds[request]);
  digest.integer(names.length);
  for (const name of names.toSorted()) digest.text(name);
}

function digestItem(digest: Digest, item: string | number): void {
  if (typeof item === "string") digest.text(item);
  else digest.integer(item);
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}
