import assert from "node:assert/strict";
import { test } from "node:test";
import type { WriteStream } from "node:tty";
import { ProgressLine } from "./progress-line.ts";

/** A stream that keeps what is written, and a progress line on it whose clock the test moves. */
function build(isTTY: boolean) {
  const written: string[] = [];
  const clock = { nowMs: 0 };
  const stream = { isTTY, write: (text: string) => written.push(text) };
  const line = new ProgressLine(stream as unknown as WriteStream, () => clock.nowMs);
  return { written, clock, line };
}

test("a terminal's line is rewritten in place and taken away once", () => {
  const { written, line } = build(true);
  line.show(1, 3, "fills");
  line.show(2, 3, "fills");
  line.clear();
  line.clear();
  assert.deepEqual(written, [
    "\r\u001B[2K1 of 3 fills (33 %)",
    "\r\u001B[2K2 of 3 fills (66 %)",
    "\r\u001B[2K",
  ]);
});

test("elsewhere a line is written at most every ten seconds, and none is taken away", () => {
  const { written, clock, line } = build(false);
  for (const nowMs of [0, 9999, 10_000, 10_001, 19_999, 20_000]) {
    clock.nowMs = nowMs;
    line.show(nowMs, 20_000, "fills");
  }
  line.clear();
  assert.deepEqual(written, ["10000 of 20000 fills (50 %)\n", "20000 of 20000 fills (100 %)\n"]);
});
