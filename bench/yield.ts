/**
 * How soon offline work yields: from the moment at which online work begins to compute on every core
 * until offline work has at most three tenths of the CPU that it had: the reflex' first step leaves a
 * quarter. By the kernel's order, and by the reflex alone, as on a kernel without cpu.idle.
 */
import { execFileSync, fork, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { joinCgroup } from "../src/engine/local/keeper/cgroup.ts";
import { detectIsolation } from "../src/engine/local/kernel/detect-isolation.ts";
import { UNLIMITED, type WorkClass } from "../src/engine/local/kernel/isolation.ts";
import { CORES } from "./support/colocation-bed.ts";
import { reactTo } from "./support/colocation-conditions.ts";
import type { MeterOrder, Reading } from "./support/colocation-words.ts";
import { median } from "./support/numbers.ts";

const P95_MS_MAX = 300;

/** What offline work may still have when it has yielded. */
const YIELDED_SHARE = 0.3;
/** It has yielded when it had no more for so long. */
const WINDOW_MS = 30;
const BEFORE_MS = 400;
const AFTER_MS = 800;

const { values: options } = parseArgs({ options: { steps: { type: "string", default: "25" } } });

const key = `yield${process.pid}`;
const isolation = detectIsolation({ key });
const children: ChildProcess[] = [];
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void close().then(() => process.exit(1)));
}
try {
  const offline = startClass("offline");
  const online = startClass("online");
  const meter = fork(`${import.meta.dirname}/support/colocation-meter.ts`, [key]);
  children.push(meter);
  await once(meter, "message");
  execFileSync("chrt", ["--all-tasks", "--fifo", "--pid", "50", String(meter.pid)]);
  const rows = [];
  for (const [name, isOrdered] of [
    ["the kernel's order", true],
    ["the reflex alone", false],
  ] as const) {
    setOrder(isOrdered);
    const times: number[] = [];
    for (let step = 0; step < Number(options.steps); step += 1) {
      times.push(await measure(meter, { offline, online }));
    }
    rows.push({ name, times });
  }
  report(rows);
} finally {
  await close();
}

async function close(): Promise<void> {
  for (const child of children) {
    const exit = once(child, "exit");
    if (child.kill("SIGKILL")) await exit;
  }
  isolation.removeAll();
}

/** A stopped process for each core. */
function startClass(workClass: WorkClass): readonly ChildProcess[] {
  const share = { class: workClass, cpuMilli: 1000 * CORES, memoryMiB: 1024 };
  const cgroups = isolation.make(workClass, share);
  return Array.from({ length: CORES }, () => {
    const file = `${import.meta.dirname}/support/colocation-burner.ts`;
    const child = spawn(process.execPath, [file], { stdio: "ignore" });
    for (const cgroup of cgroups) joinCgroup(cgroup, [child.pid ?? 0]);
    child.kill("SIGSTOP");
    children.push(child);
    return child;
  });
}

/** With or without cpu.idle; without it, both classes weigh the same. */
function setOrder(isOrdered: boolean): void {
  const folders = isolation.describe().folders.filter((folder) => folder.endsWith(".offline"));
  for (const folder of folders) {
    for (const [file, value] of [
      ["cpu.idle", isOrdered ? "1" : "0"],
      ["cpu.shares", String(1024 * CORES)],
      ["cpu.weight", String(100 * CORES)],
    ]) {
      try {
        writeFileSync(path.join(folder, file), value);
      } catch {
        // Of the other version, or of another hierarchy.
      }
    }
  }
}

/** One step of load: milliseconds until offline work has yielded; infinite if it did not. */
async function measure(
  meter: ChildProcess,
  { offline, online }: Readonly<Record<WorkClass, readonly ChildProcess[]>>,
): Promise<number> {
  const stop = reactTo(isolation, ({ limit }) => isolation.limitOffline(limit));
  for (const child of offline) child.kill("SIGCONT");
  // A random phase, so that steps fall anywhere between two samples of the reflex.
  await setTimeout(200 + Math.random() * 50);
  const order: MeterOrder = { id: "offline", spanMs: BEFORE_MS + AFTER_MS };
  meter.send(order);
  await setTimeout(BEFORE_MS);
  const stepMs = performance.timeOrigin + performance.now();
  for (const child of online) child.kill("SIGCONT");
  const [readings] = (await once(meter, "message")) as [readonly Reading[]];
  for (const child of [...online, ...offline]) child.kill("SIGSTOP");
  stop();
  isolation.limitOffline(UNLIMITED);
  return findYield(readings, stepMs);
}

function findYield(readings: readonly Reading[], stepMs: number): number {
  const before = readings.filter(({ atMs }) => atMs <= stepMs);
  const usual = rate(before[0], before[before.length - 1]);
  const yielded = readings.find((reading, place) => {
    const later = readings.slice(place).find(({ atMs }) => atMs >= reading.atMs + WINDOW_MS);
    if (reading.atMs < stepMs || later === undefined) return false;
    return rate(reading, later) <= YIELDED_SHARE * usual;
  });
  return yielded === undefined ? Number.POSITIVE_INFINITY : yielded.atMs - stepMs;
}

/** Cores in use between two readings. */
function rate(from: Reading, to: Reading): number {
  return (to.cpuMs - from.cpuMs) / (to.atMs - from.atMs);
}

function report(rows: readonly { readonly name: string; readonly times: readonly number[] }[]) {
  const p95 = (times: readonly number[]) =>
    times.toSorted((left, right) => left - right)[Math.ceil(0.95 * times.length) - 1];
  const head = ["", "steps", "median ms", "p95 ms", "most ms"];
  const lines = rows.map(({ name, times }) => [
    name,
    String(times.length),
    median(times).toFixed(0),
    p95(times).toFixed(0),
    Math.max(...times).toFixed(0),
  ]);
  const isGood = rows.every(({ times }) => p95(times) <= P95_MS_MAX);
  process.stdout.write(formatTable([head, ...lines]));
  process.stdout.write(`budget: p95 at most ${P95_MS_MAX} ms: ${isGood ? "kept" : "MISSED"}\n`);
  process.exitCode = isGood ? 0 : 1;
}
