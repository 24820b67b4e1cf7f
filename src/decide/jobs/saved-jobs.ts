import type { Queue } from "../../model/queue.ts";
import type { Ground } from "../ground.ts";
import { QueueTree } from "../queues/queue-tree.ts";
import type { Renumber } from "../saved-classes.ts";
import { type Due, Timetable } from "../timetable.ts";
import { JobBook } from "./job-book.ts";
import { type JobRecord, newRecord } from "./job-record.ts";
import type { KeptRoom } from "./kept-room.ts";

/** What of a job does not follow from what it is, and from where it stands. */
type SavedRecord = Pick<
  JobRecord,
  | "job"
  | "sequence"
  | "state"
  | "members"
  | "isHeldBack"
  | "attempt"
  | "failures"
  | "nextMember"
  | "startedMs"
  | "savedMs"
>;
/** Absent where it is `undefined`. */
type SavedTimes = Partial<Pick<JobRecord, "suspendedMs" | "overtakenMs" | "waitCode">>;

export interface SavedJobs {
  /** Parents before children. */
  readonly queues: readonly Queue[];
  /** In order of submission. */
  readonly records: readonly (SavedRecord & SavedTimes)[];
  readonly nextSequence: number;
  readonly timetable: readonly Due[];
  /** The first jobs of lines that need not be tried before room appears, by sequence. */
  readonly tried: readonly number[];
  /** Nobody can grow before room appears or somebody may be made to leave. */
  readonly isGrown: boolean;
  readonly keptRoom?: Omit<KeptRoom, "record"> & { readonly sequence: number };
}

export function saveJobs(book: JobBook, renumber: Renumber): SavedJobs {
  const { ground, keptRoom } = book;
  const { roomVersion } = ground;
  const tried = Array.from(book.lines.failedAt(roomVersion), ({ sequence }) => sequence);
  return {
    queues: book.queues.save(),
    records: Array.from(book.records.values(), (record) => saveRecord(record, renumber)),
    nextSequence: book.nextSequence,
    timetable: book.timetable.save(),
    tried: tried.toSorted((left, right) => left - right),
    isGrown: book.grownAt === roomVersion && book.grownFor === book.victimVersion,
    ...(keptRoom && { keptRoom: saveKept(keptRoom) }),
  };
}

/** Jobs take their room on the ground. */
export function restoreJobs(ground: Ground, saved: SavedJobs, renumber: Renumber): JobBook {
  const { queues, records, timetable, tried, keptRoom } = saved;
  const book = new JobBook(ground, QueueTree.restore(queues), Timetable.restore(timetable));
  for (const { job, sequence, startedMs, ...rest } of records) {
    const leaf = book.queues.indexOf(job.queue)!;
    const record = newRecord(ground, job, { leaf, sequence, nowMs: startedMs });
    book.restore(Object.assign(record, rest, { members: rest.members.map(renumber) }));
  }
  book.nextSequence = saved.nextSequence;
  for (const sequence of tried) {
    book.lines.lineOf(book.bySequence(sequence)!).failedAt = ground.roomVersion;
  }
  if (saved.isGrown) {
    book.grownAt = ground.roomVersion;
    book.grownFor = book.victimVersion;
  }
  if (keptRoom !== undefined) {
    const { sequence, ...kept } = keptRoom;
    book.keptRoom = { ...kept, record: book.bySequence(sequence)! };
  }
  return book;
}

function saveRecord(record: JobRecord, renumber: Renumber): SavedRecord & SavedTimes {
  const { suspendedMs, overtakenMs, waitCode } = record;
  return {
    job: record.job,
    sequence: record.sequence,
    state: record.state,
    members: record.members.map(renumber),
    isHeldBack: record.isHeldBack,
    attempt: record.attempt,
    failures: record.failures,
    nextMember: record.nextMember,
    startedMs: record.startedMs,
    savedMs: record.savedMs,
    ...(suspendedMs !== undefined && { suspendedMs }),
    ...(overtakenMs !== undefined && { overtakenMs }),
    ...(waitCode !== undefined && { waitCode }),
  };
}

function saveKept({ record, rows, untilMs }: KeptRoom) {
  return { sequence: record.sequence, rows, untilMs };
}
