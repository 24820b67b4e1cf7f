import assert from "node:assert/strict";
import { test } from "node:test";
import type { UserHost } from "../../cli/user-host.ts";
import { LiveView } from "./live-view.ts";
import { newState } from "./run-state.ts";

/** The line that is told without a terminal. */
function lineOf(doing: string, held: string | undefined, failed: number): string {
  const state = newState(60);
  state.ranMs = 3_599_000;
  state.curve[1234] = 2.345;
  state.alone.latenciesMs.push(1234);
  state.beside.latenciesMs.push(2345);
  state.moving.failed = failed;
  const lines: string[] = [];
  const user = { screen: { isTerminal: false } } as unknown as UserHost;
  const scene = { doing, training: "Running", service: "Ready", held, tokensPerSecond: 9 };
  new LiveView(user, (line) => lines.push(line)).show(state, scene);
  assert.equal(lines.length, 1);
  return lines[0];
}

test("a line of progress has at most 100 characters, and what matters most", () => {
  assert.equal(
    lineOf("training beside requests", undefined, 0),
    "59 min 59 s  training beside requests; step 1234: 2.35 bits; p99 2345 ms, alone 1234 ms",
  );
  for (const doing of ["moving the service to the new checkpoint", "training beside requests"]) {
    const line = lineOf(doing, "throttled-hard", 12);
    assert.ok(line.length <= 100, line);
    assert.match(line, /; 12 failed; offline work: throttled-hard/);
  }
});
