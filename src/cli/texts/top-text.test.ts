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
};

test("nodes, services with requests by the second, and jobs with those that run first", () => {
  const before = { ...now, atMs: NOW_MS - 2000, services: [writtenService("chat")] };
  assert.equal(
    formatTop(now, before, PLAIN),
    `NODE   CPU                            MEMORY   GPUS
local  1.5/4  [########            ]  2Gi/8Gi  0.5/1

SERVICE  REQ/S  IN-WORK  WAITING  READY  STARTING  ASLEEP
chat     10.0   1        3        1      0         2

JOB    PHASE      MEMBERS  RUNTIME  QUEUE    REASON
train  Running    1        3m20s    default  -
waits  Pending    0        3m20s    default  no-room-now
done   Succeeded  1        100s     default  -

jobs: 1 running, 1 pending, 1 succeeded
`,
  );
});

test("without an earlier sample, or after a count fell, no rate is told", () => {
  assert.match(formatTop(now, undefined, PLAIN), /^chat +- /m);
  assert.match(formatTop({ ...now, services: [writtenService("chat")] }, now, PLAIN), /^chat +- /m);
});
