import { readCount } from "./control-file.ts";
import { bytesOf, SHARE_PERIOD_MS, threadLimit, weigh, type Dialect } from "./dialect.ts";

const WEIGHTS: [number, number] = [1, 10_000];

/** Version 2: Documentation/admin-guide/cgroup-v2.rst of the kernel. */
export const dialectV2: Dialect = {
  classSettings: (workClass, cores) =>
    workClass === "online"
      ? [
          { controller: "cpu", file: "cpu.weight", value: weigh(cores * 1000, 100, WEIGHTS) },
          { controller: "memory", file: "memory.low", value: "max" },
          { controller: "io", file: "io.weight", value: "10000" },
          { controller: "io", file: "io.bfq.weight", value: "1000" },
        ]
      : [
          { controller: "cpu", file: "cpu.weight", value: "1" },
          { controller: "cpu", file: "cpu.idle", value: "1" },
          { controller: "io", file: "io.weight", value: "1" },
          { controller: "io", file: "io.bfq.weight", value: "1" },
        ],

  shareSettings: (share) => [
    { controller: "cpu", file: "cpu.weight", value: weigh(share.cpuMilli, 100, WEIGHTS) },
    ...dialectV2.quota(share.cpuMaxMilli, SHARE_PERIOD_MS),
    threadLimit(share),
    { controller: "memory", file: "memory.max", value: bytesOf(share) },
    { controller: "memory", file: "memory.swap.max", value: "0" },
    { controller: "memory", file: "memory.oom.group", value: "1" },
    {
      controller: "memory",
      file: "memory.low",
      value: share.class === "online" ? bytesOf(share) : "0",
    },
  ],

  quota: (cpuMilli, periodMs) => [
    {
      controller: "cpu",
      file: "cpu.max",
      value: `${cpuMilli === undefined ? "max" : Math.round(cpuMilli * periodMs)} ${periodMs * 1000}`,
    },
  ],

  freeze: (isFrozen) => ({
    controller: "core",
    file: "cgroup.freeze",
    value: isFrozen ? "1" : "0",
  }),
  isFrozen: (folder) => readCount(folder, "cgroup.events", "frozen") === 1,

  cpuMs: (folder) => readCount(folder, "cpu.stat", "usage_usec") / 1000,
  memoryBytes: (folder) =>
    Math.max(
      0,
      readCount(folder, "memory.current") - readCount(folder, "memory.stat", "inactive_file"),
    ),
};
