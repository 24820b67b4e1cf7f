import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { KeeperBed } from "../../../../test/support/keeper-bed.ts";
import { joinCgroup } from "../keeper/cgroup.ts";
import { sendSignal } from "../keeper/process-table.ts";
import { detectIsolation } from "./detect-isolation.ts";
import { UNLIMITED, type Share } from "./isolation.ts";
import { PressureSampler } from "./pressure.ts";

// The kernel itself, where it lets this user make cgroups.

/** One turn of the event loop. */
const turn = promisify(setImmediate);

const isolation = detectIsolation({ key: `test${process.pid}` });
const { kind, folders } = isolation.describe();
const skip = kind === "none" ? "this user may make no cgroups here" : false;
after(async () => {
  isolation.limitOffline(UNLIMITED);
  for (const { id } of isolation.list()) isolation.release(id);
  await until(() => {
    const left = [...isolation.processes("online"), ...isolation.processes("offline")];
    for (const pid of left) sendSignal(pid, "SIGKILL");
    return left.length === 0;
  });
  isolation.removeAll();
  const behind = folders.filter((folder) => existsSync(folder));
  assert.deepEqual(behind, []);
});

const OFFLINE: Share = { class: "offline", cpuMilli: 1000, memoryMiB: 64 };
const ONLINE: Share = { ...OFFLINE, class: "online" };

/** Runs the script in the workload's cgroups; it begins when it is inside. */
async function start(id: string, share: Share, script: string): Promise<ChildProcess> {
  const cgroups = isolation.make(id, share);
  const child = spawn("sh", ["-c", `read go; ${script}`], { stdio: ["pipe", "pipe", "ignore"] });
  await once(child, "spawn");
  for (const cgroup of cgroups) assert.ok(joinCgroup(cgroup, [child.pid ?? 0]), cgroup);
  isolation.afterSpawn(id, child.pid ?? 0);
  child.stdin?.end("go\n");
  return child;
}

/** Kills, and tells the signal that it died of. */
async function end(child: ChildProcess): Promise<unknown> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  const [, signal] = await exit;
  return signal;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

const BUSY = "while :; do :; done";

test("processes are found, measured, and gone with their folders", { skip }, async () => {
  const child = await start("j.busy-1/0", OFFLINE, BUSY);
  assert.deepEqual(isolation.processes("offline"), [child.pid]);
  await until(() => isolation.usage("j.busy-1/0").cpuMs > 20);
  await until(() => isolation.classUsage("offline").cpuMs > 20);
  assert.equal(isolation.classUsage("online").cpuMs, 0);
  assert.equal(isolation.remove("j.busy-1/0"), false);
  assert.deepEqual(isolation.list(), [{ id: "j.busy-1/0", class: "offline" }]);
  await end(child);
  await until(() => isolation.isEmpty("j.busy-1/0"));
  assert.equal(isolation.remove("j.busy-1/0"), true);
  assert.deepEqual(isolation.list(), []);
});

test("a workload is inside from its first instant, also what leaves its session", {
  skip,
}, async () => {
  const bed = new KeeperBed();
  const cgroups = isolation.make("early", OFFLINE);
  for (const argv of [
    ["cat", "/proc/self/cgroup"],
    ["setsid", "-f", "-w", "env", "-i", "cat", "/proc/self/cgroup"],
  ]) {
    const { id } = await bed.spawn(argv, { cgroups });
    await bed.endOf(id);
    const lines = bed.read(`${id}.out`).trimEnd().split("\n");
    const inside = lines.filter((line) => line.endsWith(".offline/w-early"));
    assert.equal(inside.length, cgroups.length, lines.join("\n"));
  }
  const { file, chunks } = bed.readPipe("early");
  const script = 'exec 3>"$0"; setsid -f env -i sleep 1000; echo up >&3; exec sleep 1000';
  const { id } = await bed.spawn(["sh", "-c", script, file], { cgroups });
  assert.equal((await chunks.next()).value, "up\n");
  await bed.client.kill(id);
  assert.equal((await chunks.next()).done, true);
  await until(() => isolation.remove("early"));
});

test("a workload that begins frozen counts as begun, and begins when it is thawed", {
  skip,
}, async () => {
  const bed = new KeeperBed();
  const cgroups = isolation.make("cold", OFFLINE);
  isolation.freeze(["cold"]);
  const { id, pid } = await bed.spawn(["echo", "warm"], { cgroups });
  assert.match(readFileSync(`/proc/${pid}/comm`, "utf8"), /^(sh|dash|bash|busybox)\n$/);
  isolation.thaw(["cold"]);
  await bed.endOf(id);
  assert.equal(bed.read(`${id}.out`), "warm\n");
  await until(() => isolation.remove("cold"));
});

test("offline work is dispensable when the machine's memory is full", { skip }, async () => {
  const { pid } = await start("dispensable", OFFLINE, "sleep 1000");
  assert.equal(readFileSync(`/proc/${pid}/oom_score_adj`, "utf8"), "900\n");
  const { pid: other } = await start("kept", ONLINE, "sleep 1000");
  assert.equal(
    readFileSync(`/proc/${other}/oom_score_adj`, "utf8"),
    readFileSync("/proc/self/oom_score_adj", "utf8"),
  );
});

test("a frozen workload stands still, goes on, and dies once it is released", {
  skip,
}, async () => {
  const child = await start("frozen", OFFLINE, BUSY);
  isolation.freeze(["frozen"]);
  await until(() => isolation.isFrozen("frozen"));
  const { cpuMs } = isolation.usage("frozen");
  assert.equal(isolation.usage("frozen").cpuMs, cpuMs);
  isolation.thaw(["frozen"]);
  await until(() => isolation.usage("frozen").cpuMs > cpuMs);
  isolation.limitOffline({ isFrozen: true });
  await until(() => isolation.isFrozen("frozen"));
  isolation.release("frozen");
  assert.equal(await end(child), "SIGKILL");
  isolation.limitOffline(UNLIMITED);
});

test("a quota on all offline work bears workloads with quotas of their own", { skip }, async () => {
  await start("capped", { ...OFFLINE, cpuMaxMilli: 2000 }, BUSY);
  isolation.limitOffline({ cpuMilli: 100, isFrozen: false });
  isolation.make("capped", { ...OFFLINE, cpuMaxMilli: 500 });
  isolation.limitOffline({ cpuMilli: 200, isFrozen: false });
  isolation.limitOffline(UNLIMITED);
});

test("who forks without end is refused more, and its neighbour is not", { skip }, async () => {
  const cgroups = isolation.make("many", OFFLINE);
  const folder = cgroups.find((cgroup) => existsSync(`${cgroup}/pids.max`));
  if (folder === undefined) return;
  assert.equal(readFileSync(`${folder}/pids.max`, "utf8"), "5120\n");
  writeFileSync(`${folder}/pids.max`, "8");
  const script = "i=0; while [ $i -lt 20 ]; do sleep 1000 & i=$((i+1)); done; echo more";
  const bed = new KeeperBed();
  const { id } = await bed.spawn(["sh", "-c", script], { cgroups });
  await bed.endOf(id);
  assert.match(bed.read(`${id}.out`), /[Cc]annot fork/);
  await until(() => isolation.remove("many"));
});

test("who exceeds its memory is killed, its neighbour is not", { skip }, async () => {
  const neighbour = await start("neighbour", { ...OFFLINE, memoryMiB: 16 }, "exec sleep 1000");
  const offender = await start("offender", { ...OFFLINE, memoryMiB: 16 }, "exec tail /dev/zero");
  const [, signal] = await once(offender, "exit");
  assert.equal(signal, "SIGKILL");
  assert.equal(neighbour.exitCode ?? neighbour.signalCode, null);
});

test("online work that wants more CPU than there is waits, and is seen to", { skip }, async () => {
  const sampler = new PressureSampler(isolation, { clock: steadyClock() });
  const busy = Array.from({ length: 4 }, () => BUSY).join(" & ");
  await start("crowded", ONLINE, `taskset -c 0 sh -c '${busy}' || { ${busy}; }`);
  await until(() => {
    const sample = sampler.sample();
    return sample !== undefined && sample.cpuWait > 0 && sample.onlineCpuMilli > 0;
  });
});

/** Goes on by a millisecond with each look: shares of time are not what these tests are about. */
function steadyClock(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1);
}
