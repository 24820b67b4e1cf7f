import assert from "node:assert/strict";
import { test } from "node:test";
import { jobId } from "../../model/ids.ts";
import { type GangData, memberOf, noteOf } from "./gang-data.ts";
import type { ProcessEnd } from "./processes.ts";

const gang = { job: jobId("a"), attempt: 2 } as GangData;
const member = memberOf({ member: 0, role: "worker", node: "n", devices: [] } as never);
const exited = {
  kind: "exited",
  wasAsked: false,
  code: null,
  signal: null,
  oomKilled: false,
} as const;

test("how a member ended is told in words, and as shells tell it", () => {
  const told = (end: ProcessEnd) => {
    const { reason, message, exit } = noteOf(gang, member, end);
    return [reason, message.replace("member 0 (worker) of attempt 2 ", ""), exit];
  };
  assert.deepEqual(told({ ...exited, code: 7 }), [
    "member-failed",
    "ended with exit code 7",
    { attempt: 2, code: 7 },
  ]);
  assert.deepEqual(told({ ...exited, signal: "SIGTERM" }), [
    "member-failed",
    "was ended by SIGTERM",
    { attempt: 2, code: 143 },
  ]);
  assert.deepEqual(told({ ...exited, signal: "SIGKILL", oomKilled: true }), [
    "out-of-memory",
    "needed more memory than it asked for and was killed",
    { attempt: 2, code: 137 },
  ]);
  assert.deepEqual(told({ kind: "refused", code: "command-not-found", message: "no such file" }), [
    "command-not-found",
    "could not start: no such file",
    undefined,
  ]);
});
