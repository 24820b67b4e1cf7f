import { execFile } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Among the first to be killed when the machine's memory is full; 1000 is the most. */
export const OFFLINE_OOM_SCORE = 900;

/** Lowest priority; its I/O is then of the lowest best-effort level (ioprio_set(2)). */
const NICE_MAX = 19;

/** Says to the kernel that processes are dispensable. What it refuses, or what is gone, is left. */
export function demote(pids: readonly number[]): void {
  for (const pid of pids) {
    attempt(() => writeFileSync(`/proc/${pid}/oom_score_adj`, String(OFFLINE_OOM_SCORE)));
    for (const thread of listThreads(pid)) attempt(() => setPriority(thread, NICE_MAX));
  }
}

/**
 * Lets processes run only when nothing else wants the CPU, where no cgroup does that: by the policy
 * SCHED_IDLE if util-linux' `chrt` is there. Then the kernel may group processes by session
 * (autogroup, sched(7)), and only the group's own priority counts between sessions.
 */
export function makeIdle(pids: readonly number[]): void {
  for (const pid of pids) {
    attempt(() => writeFileSync(`/proc/${pid}/autogroup`, String(NICE_MAX)));
    execFile("chrt", ["--all-tasks", "--idle", "--pid", "0", String(pid)], () => undefined);
  }
}

/** Numbers of a process's threads, which are what a priority is set for on Linux. */
function listThreads(pid: number): readonly number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}

function attempt(action: () => void): void {
  try {
    action();
  } catch {
    // Not Linux, another user's, or gone meanwhile.
  }
}
