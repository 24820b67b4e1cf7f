import { readFileSync } from "node:fs";
import type { WrittenObjects } from "../../src/api/objects.ts";
import { findProcess } from "../../src/engine/local/keeper/process-table.ts";
import type { UpBed } from "../../test/support/up-bed.ts";
import type { Churn } from "./survival-churn.ts";
import type { Run } from "./survival-records.ts";

type Job = WrittenObjects["BatchJob"];

/** A live process that was started as a member or a replica. */
interface Leader {
  readonly life: string;
  /** Such as `BatchJob/train/0`: of one there is never a second. */
  readonly place: string;
  readonly attempt: string;
}

/** Within this time an end is told. */
const UNSEEN_MS = 2000;

/** Phases in which all members of a job are there. */
const HAS_MEMBERS = new Set<Job["status"]["phase"]>(["Running", "Suspended"]);
const IS_OVER = new Set<Job["status"]["phase"]>(["Succeeded", "Failed", "Cancelled", "Pending"]);

/** Two at once of what there is one of. */
export function findTwins(bed: UpBed): readonly string[] {
  const places = findLeaders(bed).map(({ place }) => place);
  return places.filter((place, index) => places.indexOf(place) !== index);
}

/**
 * Where the API says something else than what runs, just now. What changes may differ for a moment;
 * what is in the answers of several seconds does not.
 */
export async function findDisagreements(bed: UpBed, churn: Churn): Promise<Set<string>> {
  const { client } = bed;
  const { objects: jobs } = await client.list("BatchJob");
  const { objects: replicas } = await client.list("Replica");
  const leaders = findLeaders(bed);
  const there = new Set(leaders.map(({ life, attempt, place }) => `${life} ${attempt} ${place}`));
  const expected = new Set<string>();
  const found = new Set<string>();
  for (const job of jobs) {
    const { name } = job.metadata;
    const { phase, attempt, members } = job.status;
    const life = lifeIn(job);
    if (IS_OVER.has(phase)) continue;
    for (const { member } of members) {
      const leader = `${life} ${attempt} BatchJob/${name}/${member}`;
      expected.add(leader);
      if (HAS_MEMBERS.has(phase) && !there.has(leader)) found.add(`lost: ${leader}`);
    }
    // Who leaves a job that runs on is no member any more.
    for (const leader of leaders) if (leader.life === life) expected.add(textOf(leader));
  }
  for (const { metadata, status } of replicas) {
    const life = churn.lifeOf("ModelService", status.service)?.id;
    const leader = `${life} 0 Replica/${metadata.name}`;
    expected.add(leader);
    if (status.phase === "Ready" && !there.has(leader)) found.add(`lost: ${leader}`);
  }
  for (const leader of there) if (!expected.has(leader)) found.add(`of nobody: ${leader}`);
  for (const life of churn.present) {
    const isThere = jobs.some((job) => lifeIn(job) === life.id);
    if (life.kind === "BatchJob" && !life.isDeleted && !isThere) found.add(`gone: ${life.id}`);
  }
  return found;
}

/** Which of the churn's lives a job is of. */
export function lifeIn(job: Job): string {
  const [, life = ""] = /"name":"LIFE","value":"([^"]+)"/.exec(JSON.stringify(job.spec)) ?? [];
  return life;
}

/** What was found of a job. */
export interface Judgement {
  readonly faults: readonly string[];
  /** Attempts that ended well by themselves just as the job was told to leave, and that ran again. */
  readonly repeated: number;
  /** Attempts that failed by themselves just then, and that do not count as failures. */
  readonly forgiven: number;
}

/** What a job that has ended for good tells of itself, against what its processes wrote down. */
export function judgeJob(
  job: Job,
  {
    goal,
    runs,
    cutsMs,
    stopsMs,
  }: {
    readonly goal: string;
    readonly runs: readonly Run[];
    /** When whoever sees processes end was killed, in milliseconds since 1970. */
    readonly cutsMs: readonly number[];
    /** When the job was told to leave: what ends by itself just then is told as having left. */
    readonly stopsMs: readonly number[];
  },
): Judgement {
  const { phase, attempt, failures } = job.status;
  const faults: string[] = [];
  const say = (what: string) => faults.push(`${lifeIn(job)} (${job.metadata.name}): ${what}`);
  const attempts = Map.groupBy(runs, (run) => run.attempt);
  const latest = Math.max(0, ...attempts.keys());
  if (phase !== goal) say(`is ${phase}, not ${goal}`);
  if (phase === "Succeeded" && latest !== attempt) {
    say(`succeeded in attempt ${attempt}; the last that began is ${latest}`);
  }
  const failed = { told: 0, leaving: 0, unseen: 0 };
  let repeated = 0;
  for (const [number, members] of attempts) {
    const ends = members.map(({ end }) => end?.outcome);
    const isUnseenNow = members.some((run) => isUnseen(run, cutsMs));
    const isLeaving = members.some((run) => isUnseen(run, stopsMs));
    if (ends.includes("failed")) {
      failed[isUnseenNow ? "unseen" : isLeaving ? "leaving" : "told"] += 1;
    }
    if (ends.every((end) => end === "ok") && number !== latest && !isUnseenNow) {
      if (isLeaving) repeated += 1;
      else say(`attempt ${number} ended well, and another ran`);
    }
    if (number === latest && phase === "Succeeded" && !ends.includes("ok")) {
      say(`nothing of it ended well: ${JSON.stringify(runs)}`);
    }
  }
  const seen = failed.told + failed.leaving;
  if (failures > seen + failed.unseen || failures < failed.told) {
    say(`tells ${failures} failures, and its processes ${JSON.stringify(failed)}`);
  }
  faults.push(...judgeSteps(job, runs));
  return { faults, repeated, forgiven: Math.max(0, seen - failures) };
}

/** A process writes down that it has started when it gets to run, on a busy machine so much later. */
const LATE_MS = 3000;

/** Nobody could tell how it ended: it was there at such an instant, or had just ended. */
function isUnseen({ startedMs, end }: Run, cutsMs: readonly number[]): boolean {
  const endedMs = end?.atMs ?? Number.POSITIVE_INFINITY;
  return cutsMs.some((cutMs) => startedMs - LATE_MS < cutMs && endedMs > cutMs - UNSEEN_MS);
}

/** A later attempt begins where an earlier one came to, or later. */
function judgeSteps(job: Job, runs: readonly Run[]): readonly string[] {
  if (job.spec.checkpoint === undefined) return [];
  const sorted = runs.toSorted((left, right) => left.attempt - right.attempt);
  return sorted.slice(1).flatMap((run, index) => {
    const before = sorted[index];
    const to = before.end?.to ?? before.from;
    return run.from >= to ? [] : [`${run.life}: began at step ${run.from} after step ${to}`];
  });
}

function findLeaders(bed: UpBed): readonly Leader[] {
  return bed.processes().flatMap((pid) => {
    if (findProcess(pid)?.session !== pid) return [];
    const variables = readEnvironment(pid);
    const { LIFE: life, NEURAXIS_REPLICA: replica, NEURAXIS_JOB: job } = variables;
    if (life === undefined) return [];
    const { NEURAXIS_MEMBER: member, NEURAXIS_ATTEMPT: attempt = "0" } = variables;
    const place = replica === undefined ? `BatchJob/${job}/${member}` : `Replica/${replica}`;
    return [{ life, attempt, place }];
  });
}

function textOf({ life, attempt, place }: Leader): string {
  return `${life} ${attempt} ${place}`;
}

function readEnvironment(pid: number): Readonly<Record<string, string | undefined>> {
  try {
    const text = readFileSync(`/proc/${pid}/environ`, "utf8");
    return Object.fromEntries(
      text
        .split("\0")
        .map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]),
    );
  } catch {
    // It has ended since it was listed.
    return {};
  }
}
