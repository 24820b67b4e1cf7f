import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLog } from "./event-log.ts";
import type { Said } from "./event-records.ts";

const saved = (name: string, attempt = 1): Said => ({
  about: { kind: "BatchJob", name },
  type: "Normal",
  reason: "checkpointed",
  message: `attempt ${attempt} has saved what it did`,
});
const ended = (name: string): Said => ({ ...saved(name), reason: "left", message: "has left" });

function seen(log: EventLog, after = 0, limit = 1000): string[] {
  return log
    .list({ after, limit })
    .map(
      ({ sequence, about, reason, count = 1 }) => `${sequence} ${about.name} ${reason} ${count}`,
    );
}

test("what is said of an object again is one record with a count, and as new as the last", () => {
  const log = new EventLog();
  for (const nowMs of [1000, 2000]) for (const name of ["a", "b"]) log.add(saved(name), nowMs);
  log.add(saved("a", 2), 3000);
  assert.deepEqual(seen(log), ["4 b checkpointed 2", "5 a checkpointed 3"]);
  assert.deepEqual(seen(log, 4), ["5 a checkpointed 3"]);
  const [, newest] = log.list({ after: 0, limit: 2 });
  const [first, last] = ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:03.000Z"];
  assert.deepEqual([newest?.firstAt, newest?.at], [first, last]);
  log.add(ended("a"), 4000);
  log.add(saved("a"), 5000);
  assert.deepEqual(seen(log, 5), ["6 a left 1", "7 a checkpointed 1"]);
});

test("warnings with other numbers are told apart", () => {
  const log = new EventLog();
  const failed = (device: number): Said => ({
    about: { kind: "Node", name: "n" },
    type: "Warning",
    reason: "device-failed",
    message: `device ${device} has failed`,
  });
  for (const device of [0, 1, 1]) log.add(failed(device), 1000);
  assert.deepEqual(seen(log), ["1 n device-failed 1", "3 n device-failed 2"]);
});

test("a log that was saved goes on as the one that was not, when both have forgotten the oldest", () => {
  let kept = new EventLog();
  const log = new EventLog();
  for (let number = 0; number < 25_000; number += 1) {
    const said = number % 3 === 0 ? saved(`job-${(number * 7919) % 12_001}`) : saved("often");
    log.add(said, number);
    kept.add(said, number);
    if (number % 5001 === 0) kept = EventLog.restore(structuredClone(kept.save()));
  }
  assert.deepEqual(kept.save(), log.save());
});
