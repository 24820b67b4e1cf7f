import { accessSync, constants, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sendSignal } from "./process-table.ts";

/** Processes may fork while they are killed one by one; after so many rounds the rest is left. */
const KILL_ROUNDS_MAX = 5;

/** Whether processes may be put into the cgroup by this user. */
export function isCgroupWritable(cgroup: string): boolean {
  try {
    accessSync(path.join(cgroup, "cgroup.procs"), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Puts processes with all their threads into a cgroup; false if the system refuses one that lives. */
export function joinCgroup(cgroup: string, pids: readonly number[]): boolean {
  for (const pid of pids) {
    try {
      // Appending is the same to the kernel, and leaves a plain file in place of a cgroup readable.
      writeFileSync(path.join(cgroup, "cgroup.procs"), `${pid}\n`, { flag: "a" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") return false;
    }
  }
  return true;
}

/** SIGKILL for all in the cgroup: at once by cgroup.kill (v2, Linux 5.14), or one by one. */
export function killCgroup(cgroup: string): void {
  try {
    writeFileSync(path.join(cgroup, "cgroup.kill"), "1", { flag: "r+" });
    return;
  } catch {
    // Version 1, an older kernel, or gone.
  }
  for (let round = 0; round < KILL_ROUNDS_MAX; round += 1) {
    const killed = listCgroup(cgroup).filter((pid) => sendSignal(pid, "SIGKILL"));
    if (killed.length === 0) return;
  }
}

/** Processes that the kernel has killed in the cgroup for want of memory, since it was made. */
export function countOomKills(cgroup: string): number {
  for (const file of ["memory.events", "memory.oom_control"]) {
    const count = /^oom_kill (\d+)$/m.exec(readIfThere(path.join(cgroup, file)))?.[1];
    if (count !== undefined) return Number(count);
  }
  return 0;
}

function listCgroup(cgroup: string): number[] {
  const pids = readIfThere(path.join(cgroup, "cgroup.procs")).split("\n").map(Number);
  return pids.filter((pid) => Number.isInteger(pid) && pid > 1);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
