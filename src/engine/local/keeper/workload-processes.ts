import { killCgroup } from "./cgroup.ts";
import type { Workload } from "./ledger.ts";
import {
  findProcess,
  findProcesses,
  hasVariable,
  isRunning,
  sendSignal,
  type ProcessState,
} from "./process-table.ts";
import type { ProcessIdentity } from "./protocol.ts";

/** Names the start in the environment of a process and of all that it starts. */
export const MARKER_VARIABLE = "NEURAXIS_KEEPER_ID";

/** Processes may fork while they are looked for; after so many rounds the rest is left. */
const ROUNDS_MAX = 5;

/**
 * The process that a start made, if it runs: the leader of its session that has the marker, the
 * oldest if it made other sessions. Found on Linux only.
 */
export function findLeader(marker: string): ProcessIdentity | undefined {
  const isMarked = hasMarker(marker);
  return findProcesses((pid, { session }) => session === pid && isMarked(pid))
    .map((pid) => ({ pid, startTime: findProcess(pid)?.startTime ?? "" }))
    .toSorted((left, right) => ticksOf(left) - ticksOf(right) || left.pid - right.pid)
    .at(0);
}

/**
 * SIGKILL for all that belongs to a workload: its cgroups, its group, and (on Linux only) its
 * session, what has its marker, and what these have started. Group and session are only addressed
 * while their leader is surely there: their number could be another's later.
 */
export function killAll({ launch, identity, phase }: Workload): void {
  const leader =
    phase === "running" && identity !== undefined && isRunning(identity) ? identity.pid : undefined;
  const isMarked = hasMarker(launch.marker);
  const known = new Set<number>(leader === undefined ? [] : [leader]);
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const kin = findKin(known, (pid, { session }) => session === leader || isMarked(pid));
    if (round === 0) {
      for (const cgroup of launch.cgroups) killCgroup(cgroup);
      if (leader !== undefined) sendSignal(-leader, "SIGKILL");
    }
    for (const pid of kin) sendSignal(pid, "SIGKILL");
    if (kin.length === 0) return;
  }
}

/** After the end of a leader: kills what it left, and looks for that only if its group is not empty. */
export function killRest(workload: Workload): void {
  const { launch, identity } = workload;
  const isGroupEmpty = identity === undefined || !sendSignal(-identity.pid, 0);
  if (isGroupEmpty && launch.cgroups.length === 0) return;
  killAll({ ...workload, phase: "ended" });
}

/** Children of known processes and others that are kin, not known yet; they are known afterwards. */
function findKin(
  known: Set<number>,
  isKin: (pid: number, state: ProcessState) => boolean,
): readonly number[] {
  return findProcesses((pid, state) => {
    if (known.has(pid) || !(known.has(state.parent) || isKin(pid, state))) return false;
    known.add(pid);
    return true;
  });
}

function hasMarker(marker: string): (pid: number) => boolean {
  return (pid) => hasVariable(pid, `${MARKER_VARIABLE}=${marker}`);
}

function ticksOf({ startTime }: ProcessIdentity): number {
  return Number(startTime.split(":").at(-1));
}
