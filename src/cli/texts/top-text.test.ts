import assert from "node:assert/strict";
import { test } from "node:test";
import {
  condition,
  NOW_MS,
  writtenJob,
  writtenNode,
  writtenService,
} from "../../../test/support/written-objects.ts";
import { PLAIN } from "./columns.ts";
import { formatTop, type TopSample } from "./top-text.ts";

const uses = (onlineMs: number, offlineMs: number, at: string): TopSample["usage"] => ({
  at,
  nodes: [
    {
      name: "local",
      online: { cpuMs: onlineMs, memory: 300 },
      offline: { cpuMs: offlineMs, memory: 1000 },
    },
  ],
  processes: [
    { kind: "ModelService", name: "chat", number: 0, cpuMs: onlineMs, memory: 300 },
    { kind: "BatchJob", name: "train", number: 0, cpuMs: offlineMs / 2, memory: 400 },
    { kind: "BatchJob", name: "train", number: 1, cpuMs: offlineMs / 2, memory: 600 },
  ],
});

const now: TopSample = {
  atMs: NOW_MS,
  nodes: [writtenNode("local")],
  services: [writtenService("chat", { requests: { arrived: 30, begun: 27, ended: 26 } })],
  jobs: [
    writtenJob("done", { phase: "Succeeded", endedAt: "2026-01-02T03:08:20.000Z" }),
    writtenJob("waits", {
      phase: "Pending",
      members: [],
      conditions: [condition("Scheduled", "False", "no-room-now")],
    }),
    writtenJob("train"),
  ],
  usage: uses(5000, 70_000, "2026-01-02T03:04:07.000Z"),
};
const before: TopSample = {
  ...now,
  atMs: NOW_MS - 2000,
  services: [writtenService("chat")],
  usage: uses(4000, 66_000, "2026-01-02T03:04:05.000Z"),
};

test("nodes, services with requests by the second, and jobs with those that run first", () => {
  assert.equal(
    formatTop(now, before, PLAIN),
    `NODE   CPU-HELD  ONLINE  OFFLINE                      MEMORY     GPUS
local  1.5/4     0.50    2.00     [##========      ]  1.3Gi/8Gi  0.5/1

SERVICE  REQ/S  IN-WORK  WAITING  READY  STARTING  ASLEEP  CPU   MEMORY
chat     10.0   1        3        1      0         2       0.50  300Mi

JOB    PHASE      MEMBERS  CPU   MEMORY  RUNTIME  QUEUE    REASON
train  Running    1        2.00  1000Mi  3m20s    default  -
waits  Pending    0        -     -       3m20s    default  no-room-now
done   Succeeded  1        -     -       100s     default  -

jobs: 1 running, 1 pending, 1 succeeded
`,
  );
});

test("without an earlier sample, or after a count fell, no rate is told", () => {
  assert.match(formatTop(now, undefined, PLAIN), /^chat +- .* - +300Mi$/m);
  const fell = { ...now, services: [writtenService("chat")], usage: before.usage };
  const text = formatTop(fell, { ...now, atMs: now.atMs - 1000 }, PLAIN);
  assert.match(text, /^chat +- .* - +300Mi$/m);
  assert.match(text, /^local +1.5\/4 +- +- +\[ +\]/m);
});
