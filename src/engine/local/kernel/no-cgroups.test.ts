import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { findProcesses, sendSignal } from "../keeper/process-table.ts";
import { detectIsolation } from "./detect-isolation.ts";
import { UNLIMITED, type Isolation, type Share } from "./isolation.ts";
import { NoCgroups } from "./no-cgroups.ts";
import { PressureSampler } from "./pressure.ts";

/** One turn of the event loop. */
const turn = promisify(setImmediate);

const isLinux = process.platform === "linux";
const skip = isLinux ? false : "states of processes are read from /proc, which only Linux has";

const OFFLINE: Share = { class: "offline", cpuMilli: 1000, memoryMiB: 64 };

/** A session of its own, as the keeper makes it: a shell and what it runs. */
async function start(isolation: Isolation, id: string, share: Share, script: string) {
  assert.deepEqual(isolation.make(id, share), []);
  const child = spawn("sh", ["-c", script], { stdio: "ignore", detached: true });
  const exit = once(child, "exit");
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  after(async () => {
    sendSignal(-pid, "SIGKILL");
    await exit;
  });
  isolation.afterSpawn(id, pid);
  return pid;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turn();
}

/** R runs, S sleeps, T is stopped. */
function stateOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.charAt(stat.lastIndexOf(")") + 2);
}

test("a machine without cgroups gets priorities and signals", () => {
  const isolation = detectIsolation({ key: "test", root: new TempFolder().path });
  const { kind, promises, folders } = isolation.describe();
  assert.deepEqual({ kind, folders }, { kind: "none", folders: [] });
  assert.ok(promises.every(({ isKept, weaker }) => !isKept && weaker !== undefined));
  assert.throws(() => detectIsolation({ key: "../up" }), RangeError);
});

test("offline work gets the lowest priority, online work keeps its own", { skip }, async () => {
  const isolation = new NoCgroups();
  const offline = await start(isolation, "j", OFFLINE, "sleep 1000 & wait");
  const online = await start(isolation, "s", { ...OFFLINE, class: "online" }, "sleep 1000 & wait");
  assert.deepEqual(
    [offline, online].map((pid) => getPriority(pid)),
    [19, getPriority()],
  );
});

test("all processes of a workload are stopped, and go on", { skip }, async () => {
  const isolation = new NoCgroups();
  const leader = await start(isolation, "j", OFFLINE, "sleep 1000 & wait");
  await until(() => findProcesses((_, { session }) => session === leader).length === 2);
  const states = () => isolation.processes("offline").map(stateOf).join("");
  isolation.limitOffline({ isFrozen: true });
  assert.equal(isolation.isFrozen("j"), true);
  await until(() => /^T+$/.test(states()));
  isolation.freeze(["j"]);
  isolation.limitOffline(UNLIMITED);
  assert.equal(isolation.isFrozen("j"), true);
  isolation.release("j");
  assert.equal(isolation.isFrozen("j"), false);
  await until(() => !states().includes("T"));
});

test("use is counted, and who waits for the CPU is seen", { skip, timeout: 60_000 }, async () => {
  const isolation = new NoCgroups();
  const busy = Array.from({ length: 4 }, () => "while :; do :; done").join(" & ");
  const script = `taskset -c 0 sh -c '${busy}' || { ${busy}; }`;
  const pid = await start(isolation, "s", { ...OFFLINE, class: "online" }, script);
  await until(() => findProcesses((_, { session }) => session === pid).length > 4);
  const sampler = new PressureSampler(isolation, { clock: steadyClock() });
  await until(() => (sampler.sample()?.cpuWait ?? 0) > 0);
  await until(() => isolation.classUsage("online").cpuMs > 0);
  assert.ok(isolation.usage("s").memoryBytes > 0);
  assert.equal(isolation.isEmpty("s"), false);
  assert.equal(isolation.remove("s"), false);
  assert.deepEqual(isolation.list(), [{ id: "s", class: "online" }]);
  await until(() => {
    for (const left of findProcesses((_, { session }) => session === pid)) {
      sendSignal(left, "SIGKILL");
    }
    return isolation.isEmpty("s");
  });
  assert.equal(isolation.remove("s"), true);
});

/** Goes on by a millisecond with each look: shares of time are not what these tests are about. */
function steadyClock(): () => number {
  let nowMs = 0;
  return () => (nowMs += 1);
}
