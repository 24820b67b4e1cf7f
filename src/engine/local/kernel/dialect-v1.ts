import { readControl, readCount } from "./control-file.ts";
import { bytesOf, SHARE_PERIOD_MS, threadLimit, weigh, type Dialect } from "./dialect.ts";

const SHARES: [number, number] = [2, 262_144];

/**
 * Version 1: Documentation/admin-guide/cgroup-v1/ and Documentation/scheduler/sched-bwc.rst of the
 * kernel. Memory has no protected share; instead what exceeds a soft limit is taken from first.
 */
export const dialectV1: Dialect = {
  classSettings: (workClass, cores) =>
    workClass === "online"
      ? [
          { controller: "cpu", file: "cpu.shares", value: weigh(cores * 1000, 1024, SHARES) },
          { controller: "io", file: "blkio.bfq.weight", value: "1000" },
        ]
      : [
          { controller: "cpu", file: "cpu.shares", value: "2" },
          { controller: "cpu", file: "cpu.idle", value: "1" },
          { controller: "memory", file: "memory.soft_limit_in_bytes", value: "0" },
          { controller: "io", file: "blkio.bfq.weight", value: "1" },
        ],

  // The limit with swap may never be the lower one: the first write fails when both rise.
  shareSettings: (share) => [
    { controller: "cpu", file: "cpu.shares", value: weigh(share.cpuMilli, 1024, SHARES) },
    ...dialectV1.quota(share.cpuMaxMilli, SHARE_PERIOD_MS),
    threadLimit(share),
    { controller: "memory", file: "memory.limit_in_bytes", value: bytesOf(share) },
    { controller: "memory", file: "memory.memsw.limit_in_bytes", value: bytesOf(share) },
    { controller: "memory", file: "memory.limit_in_bytes", value: bytesOf(share) },
  ],

  quota: (cpuMilli, periodMs) => [
    { controller: "cpu", file: "cpu.cfs_period_us", value: String(periodMs * 1000) },
    {
      controller: "cpu",
      file: "cpu.cfs_quota_us",
      value: cpuMilli === undefined ? "-1" : String(Math.round(cpuMilli * periodMs)),
    },
  ],

  freeze: (isFrozen) => ({
    controller: "freezer",
    file: "freezer.state",
    value: isFrozen ? "FROZEN" : "THAWED",
  }),
  isFrozen: (folder) => readControl(folder, "freezer.state") === "FROZEN",

  cpuMs: (folder) => readCount(folder, "cpuacct.usage") / 1e6,
  memoryBytes: (folder) =>
    Math.max(
      0,
      readCount(folder, "memory.usage_in_bytes") -
        readCount(folder, "memory.stat", "total_inactive_file"),
    ),
};
