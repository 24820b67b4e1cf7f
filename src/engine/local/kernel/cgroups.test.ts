import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { Cgroups } from "./cgroups.ts";
import type { Hierarchy } from "./hierarchies.ts";
import { OFFLINE_MILLI_MIN, UNLIMITED } from "./isolation.ts";

// Plain folders in place of cgroups: what is written where. That the kernel takes it is the business
// of kernel-cgroups.test.ts.

const FILES_V2 =
  "cpu.weight cpu.idle cpu.max cpu.stat cpu.pressure memory.max memory.low memory.swap.max memory.oom.group io.bfq.weight pids.max cgroup.freeze";
const FILES_V1 =
  "cpu.shares cpu.idle cpu.cfs_quota_us cpu.cfs_period_us memory.limit_in_bytes memory.memsw.limit_in_bytes memory.soft_limit_in_bytes pids.max freezer.state";

interface Bed {
  readonly cgroups: Cgroups;
  read(file: string): string;
}

function fake(version: 1 | 2, files: string, earlier?: Bed & { base: string }) {
  const base = earlier?.base ?? new TempFolder().path;
  for (const workClass of ["online", "offline"]) {
    const folder = path.join(base, `neuraxis-test.${workClass}`);
    mkdirSync(folder, { recursive: true });
    if (earlier !== undefined) continue;
    for (const file of files.split(" ")) writeFileSync(path.join(folder, file), "");
  }
  const controllers: Hierarchy["controllers"] =
    version === 1 ? ["cpu", "memory", "pids", "freezer"] : ["core", "cpu", "memory", "io", "pids"];
  const hierarchy = { version, base, isTop: true, controllers };
  const machine = { key: "test", cores: 4, hasBfq: false, hasSwap: true };
  const read = (file: string) => readFileSync(path.join(base, `neuraxis-test.${file}`), "utf8");
  return { base, cgroups: new Cgroups([hierarchy], machine), read };
}

test("version 2: classes and shares in the words of the kernel", () => {
  const { cgroups, read, base } = fake(2, FILES_V2);
  assert.deepEqual(cgroups.make("s.chat/1", { class: "online", cpuMilli: 1500, memoryMiB: 2 }), [
    path.join(base, "neuraxis-test.online/w-s.chat%2F1"),
  ]);
  cgroups.make("job", { class: "offline", cpuMilli: 1, cpuMaxMilli: 250, memoryMiB: 1 });
  assert.deepEqual(
    ["online/cpu.weight", "online/memory.low", "offline/cpu.idle", "offline/io.bfq.weight"].map(
      read,
    ),
    ["400", "max", "1", "1"],
  );
  const online = (file: string) => read(`online/w-s.chat%2F1/${file}`);
  assert.deepEqual(["cpu.weight", "cpu.max", "memory.max", "memory.low", "pids.max"].map(online), [
    "150",
    "max 100000",
    "2097152",
    "2097152",
    "6144",
  ]);
  const offline = (file: string) => read(`offline/w-job/${file}`);
  assert.deepEqual(
    ["cpu.weight", "cpu.max", "memory.max", "memory.low", "memory.swap.max"].map(offline),
    ["1", "25000 100000", "1048576", "0", "0"],
  );
});

test("version 1: the same in its words", () => {
  const { cgroups, read } = fake(1, FILES_V1);
  cgroups.make("job", { class: "offline", cpuMilli: 500, cpuMaxMilli: 500, memoryMiB: 1 });
  const share = (file: string) => read(`offline/w-job/${file}`);
  assert.deepEqual(["cpu.shares", "cpu.cfs_quota_us", "memory.memsw.limit_in_bytes"].map(share), [
    "512",
    "50000",
    "1048576",
  ]);
  assert.equal(share("pids.max"), "5120");
  assert.equal(read("online/cpu.shares"), "4096");
  assert.equal(read("offline/memory.soft_limit_in_bytes"), "0");
});

test("all offline work has one quota, and no workload of version 1 a larger one", () => {
  const { cgroups, read } = fake(1, FILES_V1);
  const share = { class: "offline", cpuMilli: 1000, memoryMiB: 1 } as const;
  cgroups.make("capped", { ...share, cpuMaxMilli: 1000 });
  cgroups.limitOffline({ cpuMilli: 400, isFrozen: false });
  cgroups.make("later", { ...share, cpuMaxMilli: 2000 });
  const quota = (folder: string) => Number(read(`${folder}/cpu.cfs_quota_us`));
  const period = (folder: string) => Number(read(`${folder}/cpu.cfs_period_us`));
  for (const folder of ["offline", "offline/w-capped", "offline/w-later"]) {
    assert.equal(quota(folder) / period(folder), 0.4);
  }
  cgroups.limitOffline(UNLIMITED);
  assert.equal(quota("offline"), -1);
  assert.equal(quota("offline/w-capped") / period("offline/w-capped"), 1);
  cgroups.limitOffline({ cpuMilli: OFFLINE_MILLI_MIN, isFrozen: false });
  assert.ok(quota("offline") >= 1000, "the kernel's least quota is 1 ms");
});

test("a workload is frozen for its own sake or with all offline ones, until it is released", () => {
  const { cgroups, read } = fake(2, FILES_V2);
  const state = (id: string) =>
    read(`${id === "service" ? "online" : "offline"}/w-${id}/cgroup.freeze`);
  const share = { cpuMilli: 1000, memoryMiB: 1 };
  cgroups.make("service", { ...share, class: "online" });
  for (const id of ["suspended", "leaving"]) cgroups.make(id, { ...share, class: "offline" });
  cgroups.freeze(["suspended", "unknown"]);
  cgroups.limitOffline({ isFrozen: true });
  cgroups.make("later", { ...share, class: "offline" });
  cgroups.release("leaving");
  assert.deepEqual(["suspended", "later", "leaving"].map(state), ["1", "1", "0"]);
  cgroups.limitOffline({ isFrozen: true });
  assert.equal(state("leaving"), "0");
  cgroups.limitOffline(UNLIMITED);
  assert.deepEqual(["suspended", "later"].map(state), ["1", "0"]);
  cgroups.thaw(["suspended"]);
  assert.equal(state("suspended"), "0");
  assert.throws(() => state("service"), /ENOENT/);
});

test("a successor finds what was made, and keeps suspended work as it is", () => {
  const first = fake(2, FILES_V2);
  const share = { class: "offline", cpuMilli: 1000, memoryMiB: 1 } as const;
  first.cgroups.make("j/1", share);
  first.cgroups.make("b", { ...share, class: "online" });
  first.cgroups.freeze(["j/1"]);
  first.cgroups.limitOffline({ cpuMilli: 100, isFrozen: false });
  const { cgroups, read } = fake(2, FILES_V2, first);
  assert.deepEqual(cgroups.list(), [
    { id: "b", class: "online" },
    { id: "j/1", class: "offline" },
  ]);
  assert.equal(read("offline/cpu.max"), "max 20000");
  cgroups.make("j/1", share);
  assert.equal(read("offline/w-j%2F1/cgroup.freeze"), "1");
  cgroups.freeze(["j/1"]);
  cgroups.limitOffline(UNLIMITED);
  assert.equal(read("offline/w-j%2F1/cgroup.freeze"), "1");
});

test("an id that is too long for a folder is refused by name", () => {
  const { cgroups } = fake(2, FILES_V2);
  const share = { class: "offline", cpuMilli: 1000, memoryMiB: 1 } as const;
  cgroups.make("x".repeat(253), share);
  assert.throws(() => cgroups.make("/".repeat(100), share), RangeError);
});

test("what is missing makes promises weaker, and nothing else", () => {
  const { cgroups } = fake(2, "cpu.weight cpu.max memory.max cgroup.freeze");
  cgroups.make("job", { class: "offline", cpuMilli: 1000, memoryMiB: 1 });
  const weaker = cgroups.describe().promises.filter((entry) => entry.weaker !== undefined);
  assert.deepEqual(
    weaker.map(({ what, by }) => `${what} by ${by}`),
    [
      "cpu-order by cpu.weight",
      "memory-limit by memory.max",
      "memory-order by oom_score_adj",
      "process-limit by nothing",
      "io-order by nice 19",
      "pressure by schedstat",
    ],
  );
  assert.equal(cgroups.pressureFolder("online"), undefined);
  assert.deepEqual(
    fake(2, FILES_V2)
      .cgroups.describe()
      .promises.filter(({ isKept }) => !isKept)
      .map(({ what }) => what),
    ["io-order"],
  );
});
