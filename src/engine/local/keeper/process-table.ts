import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import type { ProcessIdentity } from "./protocol.ts";

/** What the system tells of a process. */
export interface ProcessState {
  readonly startTime: string;
  /** Ended, and its parent has not asked how. */
  readonly isZombie: boolean;
  readonly parent: number;
  /** Number of the process that began the session; 0 but on Linux. */
  readonly session: number;
}

const isLinux = process.platform === "linux";

/** Ticks since the boot come again after the next boot; together with the boot's id they do not. */
const boot = isLinux ? (readIfThere("/proc/sys/kernel/random/boot_id") ?? "").slice(0, 8) : "";

/**
 * Looks a process up: one file to read on Linux, one run of `ps` elsewhere (where the start is only
 * known to the second).
 * @returns undefined if there is none of this number.
 */
export function findProcess(pid: number): ProcessState | undefined {
  return isLinux ? readStat(pid) : askPs(pid);
}

/** Whether this very process is there and has not ended. */
export function isRunning({ pid, startTime }: ProcessIdentity): boolean {
  const state = findProcess(pid);
  return state?.startTime === startTime && !state.isZombie;
}

/**
 * All processes for whom the test holds, by reading all of /proc: 10 to 30 µs for each process of
 * the machine. None but on Linux.
 */
export function findProcesses(test: (pid: number, state: ProcessState) => boolean): number[] {
  if (!isLinux) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const state = readStat(pid);
      return state !== undefined && !state.isZombie && test(pid, state);
    });
}

/**
 * Whether the process was started with this variable in its environment, as its children are if
 * they do not clear theirs. False for processes of other users.
 */
export function hasVariable(pid: number, variable: string): boolean {
  const environment = readIfThere(`/proc/${pid}/environ`);
  return environment?.split("\0").includes(variable) ?? false;
}

/** Sends a signal and says whether it had a receiver. A negative number is a group. */
export function sendSignal(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false; // ESRCH: none there. EPERM: not one of ours.
  }
}

/** Fields after the name, which stands in parentheses and may hold any character: proc(5). */
function readStat(pid: number): ProcessState | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    startTime: `${boot}:${fields[19]}`,
    isZombie: /^[ZXx]$/.test(fields[0] ?? ""),
    parent: Number(fields[1]),
    session: Number(fields[3]),
  };
}

function askPs(pid: number): ProcessState | undefined {
  const words = ["-o", "state=", "-o", "ppid=", "-o", "lstart=", "-p", String(pid)];
  const { stdout, status } = spawnSync("/bin/ps", words, {
    encoding: "utf8",
    env: { LC_ALL: "C" },
  });
  if (status !== 0) return undefined;
  const [state = "", parent, ...start] = stdout.trim().split(/\s+/);
  return {
    startTime: start.join(" "),
    isZombie: state.startsWith("Z"),
    parent: Number(parent),
    session: 0,
  };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // Gone meanwhile, or another user's.
  }
}
