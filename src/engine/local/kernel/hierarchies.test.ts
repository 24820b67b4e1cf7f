import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { findHierarchies, type Hierarchy } from "./hierarchies.ts";

interface FakeMachine {
  readonly mounts: readonly string[];
  readonly own: readonly string[];
  /** Cgroups below `/sys/fs/cgroup`, each with its control files. */
  readonly groups: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What the kernel would show of cgroups, as plain files. */
function fake({ mounts, own, groups }: FakeMachine): string {
  const root = new TempFolder().path;
  mkdirSync(path.join(root, "proc/self"), { recursive: true });
  writeFileSync(path.join(root, "proc/self/mountinfo"), mounts.join("\n"));
  writeFileSync(path.join(root, "proc/self/cgroup"), own.join("\n"));
  for (const [group, files] of Object.entries(groups)) {
    const folder = path.join(root, "sys/fs/cgroup", group);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "cgroup.procs"), "");
    for (const [file, text] of Object.entries(files)) {
      writeFileSync(path.join(folder, file), text);
    }
  }
  return root;
}

/** Bases below `/sys/fs/cgroup`, with what they are used for. */
function find(root: string): readonly string[] {
  const show = ({ version, base, isTop, controllers }: Hierarchy) =>
    `v${version} ${path.relative(path.join(root, "sys/fs/cgroup"), base) || "."}${isTop ? "" : " (inner)"}: ${controllers.join(" ")}`;
  return findHierarchies(root, "neuraxis-test.rest").map(show);
}

const FIRST = ["cpu,cpuacct", "memory", "freezer", "blkio", "pids"].map(
  (name, position) =>
    `3${position} 25 0:2${position} / /sys/fs/cgroup/${name} rw,nosuid shared:9 - cgroup cgroup rw,${name}`,
);
const SECOND = "40 25 0:30 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw,nsdelegate";
const ONLY_SECOND = "40 25 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw";
const FIRST_GROUPS = { "cpu,cpuacct": {}, memory: {}, freezer: {}, blkio: {}, pids: {} };

test("version 1: each controller where it is mounted, two of them together", () => {
  const own = ["4:cpu,cpuacct:/", "3:memory:/", "2:freezer:/", "1:blkio:/", "0::/"];
  assert.deepEqual(find(fake({ mounts: FIRST, own, groups: FIRST_GROUPS })), [
    "v1 cpu,cpuacct: cpu cpuacct",
    "v1 memory: memory",
    "v1 freezer: freezer",
    "v1 blkio: io",
    "v1 pids: pids",
  ]);
});

test("version 2 without controllers beside version 1 freezes and counts in its stead", () => {
  const groups = { ...FIRST_GROUPS, unified: { "cgroup.controllers": "" } };
  assert.deepEqual(find(fake({ mounts: [...FIRST, SECOND], own: ["0::/"], groups })), [
    "v1 cpu,cpuacct: cpu",
    "v1 memory: memory",
    "v1 blkio: io",
    "v1 pids: pids",
    "v2 unified: core",
  ]);
});

test("a container's part of a hierarchy is mounted, so its own cgroup is found below that", () => {
  const mounts = [
    "30 25 0:20 /docker/a\\040b /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu",
    "31 25 0:21 / /sys/fs/cgroup/none ro - tmpfs tmpfs rw",
  ];
  const root = fake({
    mounts,
    own: ["4:cpu:/docker/a b/deep"],
    groups: { cpu: {}, "cpu/deep": {} },
  });
  assert.deepEqual(find(root), ["v1 cpu: cpu"]);
});

test("the highest cgroup that may be written is used", () => {
  const groups = { "": {}, user: {}, "user/app": { "cgroup.controllers": "" } };
  const root = fake({ mounts: [ONLY_SECOND], own: ["0::/user/app"], groups });
  rmSync(path.join(root, "sys/fs/cgroup/cgroup.procs"));
  assert.deepEqual(find(root), ["v2 user (inner): core"]);
});

test("version 2 gives the controllers that the groups below may have", () => {
  const files = {
    "cgroup.controllers": "cpuset cpu io memory pids",
    "cgroup.subtree_control": "cpu memory pids",
  };
  const root = fake({ mounts: [ONLY_SECOND], own: ["0::/"], groups: { "": files } });
  assert.deepEqual(find(root), ["v2 .: core cpu memory pids"]);
});

test("without mounted hierarchies there are none", () => {
  assert.deepEqual(find(fake({ mounts: [], own: [], groups: {} })), []);
  assert.deepEqual(findHierarchies(new TempFolder().path, "rest"), []);
});
