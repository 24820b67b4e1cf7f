/**
 * Measures for bench/yield.ts, in a process of its own that nothing else holds up: how much CPU time
 * offline work has had, every few milliseconds.
 */
import { detectIsolation } from "../../src/engine/local/kernel/detect-isolation.ts";
import type { MeterOrder, Reading } from "./colocation-words.ts";

const INTERVAL_MS = 5;

const [, , key] = process.argv;
const isolation = detectIsolation({ key });

process.on("message", ({ id, spanMs }: MeterOrder) => {
  const readings: Reading[] = [];
  const timer = setInterval(() => {
    const atMs = performance.timeOrigin + performance.now();
    readings.push({ atMs, cpuMs: isolation.usage(id).cpuMs });
    if (atMs - readings[0].atMs < spanMs) return;
    clearInterval(timer);
    process.send?.(readings);
  }, INTERVAL_MS);
});
process.send?.("ready");
