import { createHash } from "node:crypto";
import type { JobId, ReplicaId } from "../../model/ids.ts";

/** Letters of a mark: enough that no two objects of one name have the same. */
const MARK_LENGTH = 8;

/** What stands in the id of a process, and in the names of its files. */
export interface ProcessName {
  readonly kind: "job" | "replica";
  /** Of the job or the service. */
  readonly name: string;
  readonly mark: string;
  /** Attempt and member, or the replica's number. */
  readonly numbers: readonly number[];
}

/**
 * Short for an object's uid, in hexadecimal digits. Names, attempts and numbers are used again when
 * an object is made anew; what is left of the one before must not be taken for its successor's.
 */
export function markOf(uid: string): string {
  return createHash("sha256").update(uid).digest("hex").slice(0, MARK_LENGTH);
}

/** One attempt of a job. */
export interface Attempt {
  readonly job: JobId;
  readonly mark: string;
  readonly attempt: number;
}

/** Id of what all members of an attempt share: `job.NAME.MARK.ATTEMPT`. */
export function gangId({ job, mark, attempt }: Attempt): string {
  return `job.${job}.${mark}.${attempt}`;
}

/** Id of a member's process: `job.NAME.MARK.ATTEMPT.MEMBER`. */
export function memberProcess(gang: Attempt, member: number): string {
  return `${gangId(gang)}.${member}`;
}

/** Id of a replica's process: `replica.SERVICE.MARK.NUMBER`. */
export function replicaProcess(replica: ReplicaId, mark: string): string {
  const slash = replica.lastIndexOf("/");
  return `replica.${replica.slice(0, slash)}.${mark}.${replica.slice(slash + 1)}`;
}

/** Reads the id of a process of a job or a service; nothing for any other. */
export function parseProcess(id: string): ProcessName | undefined {
  const [, name, mark, attempt, member] = /^job\.(.+)\.([0-9a-f]{8})\.(\d+)\.(\d+)$/.exec(id) ?? [];
  if (name !== undefined) {
    return { kind: "job", name, mark, numbers: [Number(attempt), Number(member)] };
  }
  const [, service, of, number] = /^replica\.(.+)\.([0-9a-f]{8})\.(\d+)$/.exec(id) ?? [];
  if (service === undefined) return undefined;
  return { kind: "replica", name: service, mark: of, numbers: [Number(number)] };
}
