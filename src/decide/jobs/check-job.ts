import type { BatchJob, JobRole } from "../../model/job.ts";
import type { CanNever } from "../../model/refusal.ts";
import { checkRequest } from "../validate.ts";

const ROLES_MAX = 64;
/** Most members of one gang. */
const MEMBERS_MAX = 100_000;
const PRIORITY_MAX = 2 ** 31 - 1;
const RETRIES_MAX = 1_000_000;

/** Why the job can be nobody's (rule J1), or `undefined`. */
export function checkJob(job: BatchJob): CanNever | undefined {
  const who = `job ${job.id}`;
  if (job.roles.length < 1 || job.roles.length > ROLES_MAX) {
    return invalid(`${who} has ${job.roles.length} roles; it must have 1 to ${ROLES_MAX}`);
  }
  if (!Number.isInteger(job.priority) || Math.abs(job.priority) > PRIORITY_MAX) {
    return invalid(`${who} has priority ${job.priority}, which is no integer of 32 bits`);
  }
  for (const role of job.roles) {
    const problem = checkRole(who, role);
    if (problem !== undefined) return problem;
  }
  if (new Set(job.roles.map(({ name }) => name)).size < job.roles.length) {
    return invalid(`${who} has two roles of one name`);
  }
  const members = job.roles.reduce((sum, { replicas }) => sum + replicas.max, 0);
  if (members > MEMBERS_MAX) {
    return invalid(`${who} has ${members} members; at most ${MEMBERS_MAX} can be`);
  }
  return checkTimes(who, job) ?? checkSpeeds(who, job);
}

function checkRole(who: string, { name, request, replicas }: JobRole): CanNever | undefined {
  const { min, max } = replicas;
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 1 || max < min) {
    return invalid(
      `role ${name} of ${who} has ${min} to ${max} members; 1 <= min <= max must hold`,
    );
  }
  return checkRequest(`role ${name} of ${who}`, request);
}

function checkTimes(who: string, job: BatchJob): CanNever | undefined {
  const { checkpoint, suspension, retries } = job;
  const times = {
    "a minimum runtime": job.minimumRuntimeMs,
    "a back-off": retries.backoffMs,
    "a deadline": job.deadlineMs,
    "a time to suspend": suspension?.suspendMs,
    "a time to resume": suspension?.resumeMs,
    "host memory": suspension?.hostMemory,
    "a time to save": checkpoint?.saveMs,
    "a time to restart": checkpoint?.restartMs,
    "an interval of checkpoints": checkpoint?.everyMs,
  };
  for (const [what, value] of Object.entries(times)) {
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      return invalid(`${who} has ${what} of ${value}`);
    }
  }
  if (checkpoint?.everyMs === 0) return invalid(`${who} checkpoints every 0 ms`);
  if (!Number.isInteger(retries.max) || retries.max < 0 || retries.max > RETRIES_MAX) {
    return invalid(`${who} has ${retries.max} retries; it must have 0 to ${RETRIES_MAX}`);
  }
  return undefined;
}

function checkSpeeds(who: string, { speeds = {} }: BatchJob): CanNever | undefined {
  for (const [kind, speed] of Object.entries(speeds)) {
    if (!(Number.isFinite(speed) && speed > 0)) {
      return invalid(`${who} has speed ${speed} on ${kind}; it must be above 0`);
    }
  }
  return undefined;
}

function invalid(message: string): CanNever {
  return { kind: "can-never", code: "invalid-job", message };
}
