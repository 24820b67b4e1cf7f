import type { Hierarchy } from "./hierarchies.ts";
import type { KernelPromise } from "./isolation.ts";

/** What was found out about the cgroups of this machine. */
export interface Findings {
  readonly hierarchies: readonly Hierarchy[];
  /** Names of the control files that a class has, and that took what was written to them. */
  readonly files: ReadonlySet<string>;
  /** Whether a disk uses the I/O scheduler bfq, which alone reads most weights. */
  readonly hasBfq: boolean;
  readonly hasSwap: boolean;
}

type What = KernelPromise["what"];

const UNLIMITED_PROCESSES = "a workload that forks without end takes every process of the machine";

/** What cgroups with these files promise. */
export function promisesOf(findings: Findings): readonly KernelPromise[] {
  const first = (...files: readonly string[]) => files.find((file) => findings.files.has(file));
  return [
    promiseCpuOrder(findings, first("cpu.idle"), first("cpu.weight", "cpu.shares")),
    promise("cpu-limit", first("cpu.max", "cpu.cfs_quota_us"), "a workload may exceed its share"),
    promise(
      "offline-quota",
      first("cpu.max", "cpu.cfs_quota_us"),
      "under pressure offline work is frozen at once instead of throttled first",
    ),
    promiseMemoryLimit(findings, first("memory.max", "memory.limit_in_bytes")),
    promiseMemoryOrder(first("memory.low"), first("memory.soft_limit_in_bytes")),
    promise("process-limit", first("pids.max"), UNLIMITED_PROCESSES),
    promiseIoOrder(findings, first("io.bfq.weight", "blkio.bfq.weight", "io.weight")),
    first("cgroup.freeze", "freezer.state") === undefined
      ? kept("freeze", false, "SIGSTOP", "processes that leave their group are missed")
      : kept("freeze", true, first("cgroup.freeze", "freezer.state")),
    promisePressure(first("cpu.pressure")),
  ];
}

/** What processes promise that are in no cgroups: priorities and signals. */
export const PROMISES_WITHOUT_CGROUPS: readonly KernelPromise[] = [
  kept(
    "cpu-order",
    false,
    "SCHED_IDLE or nice 19",
    "offline work gets a little CPU beside online work, and a process may raise itself again if its user may",
  ),
  promise("cpu-limit", undefined, "a workload may exceed its share"),
  promise("offline-quota", undefined, "under pressure offline work is frozen at once"),
  promise("memory-limit", undefined, "a workload may exceed its memory; then the system chooses"),
  kept("memory-order", false, "oom_score_adj", "offline work is killed first, on Linux only"),
  promise("process-limit", undefined, UNLIMITED_PROCESSES),
  kept("io-order", false, "nice 19", "only I/O schedulers that read priorities heed it"),
  kept("freeze", false, "SIGSTOP", "processes that leave their workload's session are missed"),
  promisePressure(undefined),
];

function promiseCpuOrder(
  { hierarchies }: Findings,
  idle: string | undefined,
  weight: string | undefined,
): KernelPromise {
  if (idle === undefined) {
    const why = "Linux before 5.15 has no cpu.idle: offline work keeps a small share of the CPU";
    return promise("cpu-order", weight, why, false);
  }
  const isTop = hierarchies.some(
    (hierarchy) => hierarchy.isTop && hierarchy.controllers.includes("cpu"),
  );
  return kept(
    "cpu-order",
    true,
    idle,
    isTop ? undefined : "offline work yields to nothing outside of the cgroup given to this user",
  );
}

function promiseMemoryLimit(findings: Findings, file: string | undefined): KernelPromise {
  const countsSwap = ["memory.swap.max", "memory.memsw.limit_in_bytes"].some((name) =>
    findings.files.has(name),
  );
  if (file === undefined || countsSwap || !findings.hasSwap) {
    return promise("memory-limit", file, "a workload may exceed its memory");
  }
  return kept("memory-limit", true, file, "swap is not counted: a workload may fill it");
}

function promiseMemoryOrder(low: string | undefined, soft: string | undefined): KernelPromise {
  if (low !== undefined) return kept("memory-order", true, low);
  if (soft === undefined) return kept("memory-order", false, "oom_score_adj", "memory is not kept");
  return kept("memory-order", false, soft, "cgroup v1 takes from offline work first, if it can");
}

function promiseIoOrder({ hasBfq }: Findings, file: string | undefined): KernelPromise {
  if (file === undefined) {
    return kept("io-order", false, "nice 19", "no I/O weights here: only I/O priorities");
  }
  const why = "no disk uses the I/O scheduler bfq, which alone reads this weight";
  return kept("io-order", hasBfq, file, hasBfq ? undefined : why);
}

function promisePressure(file: string | undefined): KernelPromise {
  return file === undefined
    ? kept(
        "pressure",
        false,
        "schedstat",
        "only waits for the CPU are told by class, not for memory",
      )
    : kept("pressure", true, file);
}

function promise(
  what: What,
  file: string | undefined,
  weaker: string,
  isKept = true,
): KernelPromise {
  if (file === undefined) return { what, isKept: false, by: "nothing", weaker };
  return isKept ? { what, isKept, by: file } : { what, isKept, by: file, weaker };
}

function kept(what: What, isKept: boolean, by: string | undefined, weaker?: string): KernelPromise {
  return { what, isKept, by: by ?? "nothing", ...(weaker === undefined ? {} : { weaker }) };
}
