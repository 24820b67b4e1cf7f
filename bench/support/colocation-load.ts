/**
 * The load of bench/colocation.ts, a process of its own: takes orders as messages and answers each
 * with what it measured. Open loop: a request is sent at its time, whatever became of those before.
 */
import { Agent, get } from "node:http";
import { Worker } from "node:worker_threads";
import type { Load, Measured } from "./colocation-words.ts";

/** One more than are ever open at once where the service keeps up. */
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** Timers of the event loop are up to a millisecond late; a thread that waits is not. */
const ALARM = `
  const { parentPort } = require("node:worker_threads");
  const cell = new Int32Array(new SharedArrayBuffer(4));
  parentPort.on("message", (times) => {
    for (const atMs of times) {
      const leftMs = atMs - (performance.timeOrigin + performance.now());
      if (leftMs > 0) Atomics.wait(cell, 0, 0, leftMs);
      parentPort.postMessage(atMs);
    }
  });
`;

const alarm = new Worker(ALARM, { eval: true });
alarm.unref();

process.on("message", (load: Load) => {
  void drive(load).then((measured) => process.send?.(measured));
});

function now(): number {
  return performance.timeOrigin + performance.now();
}

/** Latencies count from the time at which a request was to be sent. */
function drive({ port, requests }: Load): Promise<Measured> {
  const { promise, resolve } = Promise.withResolvers<Measured>();
  const latenciesMs: number[] = [];
  const latenessMs: number[] = [];
  const startMs = now() + 100;
  const cpu = process.cpuUsage();
  let [sent, open] = [0, 0];
  const finish = () => {
    open -= 1;
    if (open > 0 || sent < requests.length) return;
    alarm.off("message", send);
    const { user, system } = process.cpuUsage(cpu);
    const spanMs = now() - startMs;
    resolve({ latenciesMs, latenessMs, spanMs, cpuMs: (user + system) / 1000 });
  };
  const send = (atMs: number) => {
    const request = sent;
    const { work } = requests[request];
    sent += 1;
    open += 1;
    latenessMs.push(now() - atMs);
    get({ port, agent, path: `/?work=${work}` }, (response) => {
      response.resume().on("end", () => {
        latenciesMs[request] = now() - atMs;
        finish();
      });
    });
  };
  alarm.on("message", send);
  alarm.postMessage(requests.map(({ atMs }) => startMs + atMs));
  return promise;
}
