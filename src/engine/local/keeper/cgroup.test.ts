import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { KeeperBed } from "../../../../test/support/keeper-bed.ts";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { countOomKills, isCgroupWritable } from "./cgroup.ts";

// Plain folders with the files of a cgroup of version 1: real ones need rights that tests lack.

test("a workload is put into its cgroups, and what is in them is killed with it", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  const procs = folder.write("cgroup.procs", "");
  assert.equal(isCgroupWritable(folder.path), true);
  const { id, pid, cgroupsMissed } = await bed.spawn(["sleep", "1000"], {
    cgroups: [folder.path],
  });
  assert.deepEqual(cgroupsMissed, []);
  assert.equal(readFileSync(procs, "utf8").split("\n")[0], `${pid}`);
  const other = spawn("sleep", ["1000"], { stdio: "ignore" });
  await once(other, "spawn");
  folder.write("cgroup.procs", `${pid}\n${other.pid}\n`);
  const end = once(other, "exit");
  await bed.client.kill(id);
  assert.deepEqual(await end, [null, "SIGKILL"]);
  await bed.endOf(id);
});

test("a kill by the kernel for want of memory is told as such, and only that", async () => {
  const bed = new KeeperBed();
  const folder = new TempFolder();
  folder.write("cgroup.procs", "");
  folder.write("memory.events", "low 0\noom 2\noom_kill 2\noom_group_kill 0\n");
  const cgroups = [folder.path];
  assert.equal(countOomKills(folder.path), 2);
  const script = 'sed -i.old "s/oom_kill 2/oom_kill 3/" "$0/memory.events"; kill -s KILL $$';
  const starved = await bed.spawn(["sh", "-c", script, folder.path], { cgroups });
  const end = await bed.endOf(starved.id);
  assert.equal(end.kind === "exited" && end.oomKilled, true);
  const killed = await bed.spawn(["sh", "-c", "kill -s KILL $$"], { cgroups });
  const other = await bed.endOf(killed.id);
  assert.equal(other.kind === "exited" && other.oomKilled, false);
});

test("a folder without cgroup.procs is no cgroup", () => {
  assert.equal(isCgroupWritable(new TempFolder().path), false);
});
