import assert from "node:assert/strict";
import { test } from "node:test";
import { CuttingProgram, type Limits } from "./cutting-program.ts";

function limits(least: readonly number[], most: readonly number[]): Limits {
  return { least: Float64Array.from(least), most: Float64Array.from(most) };
}

/** The bound in hundredths of milli, or undefined. */
function solve(program: CuttingProgram, least: readonly number[], most: readonly number[]) {
  const bound = program.bound(limits(least, most));
  return bound && Math.round(bound.milli * 100) / 100;
}

test("what fits is bounded by itself", () => {
  assert.equal(solve(new CuttingProgram([400, 1000], 1000, 10), [0, 0], [3, 2]), 3200);
  assert.equal(solve(new CuttingProgram([], 1000, 10), [], []), 0);
  assert.equal(solve(new CuttingProgram([400], 1000, 0), [0], [5]), 0);
});

test("what cannot fill a device leaves its rest empty", () => {
  // Two pieces of 400 a device: 3 devices hold 6 of them.
  assert.equal(solve(new CuttingProgram([400], 1000, 3), [0], [100]), 2400);
  // 7 pieces of 600 need a device each and leave 400; two pieces of 300 fit beside none of them.
  assert.equal(solve(new CuttingProgram([300, 600], 1000, 7), [0, 7], [0, 7]), 4200);
  // Each 600 takes one 300 beside it: 4 devices of 900, and 3 devices of 3 × 300.
  assert.equal(solve(new CuttingProgram([300, 600], 1000, 7), [0, 4], [100, 4]), 6300);
});

test("devices may be cut in fractions: the bound is that of the linear program", () => {
  // Three pieces of 400 need a device and a half, which leaves half a device for halves.
  assert.equal(solve(new CuttingProgram([400, 500], 1000, 2), [3, 0], [3, 9]), 1700);
});

test("a mandatory size displaces a better one", () => {
  const program = new CuttingProgram([500, 700], 1000, 4);
  assert.equal(solve(program, [0, 0], [99, 99]), 4000);
  assert.equal(solve(program, [0, 3], [99, 99]), 3100);
  assert.equal(solve(program, [0, 4], [99, 99]), 2800);
  assert.equal(solve(program, [0, 5], [99, 99]), undefined);
});

test("the answer does not depend on the programs before", () => {
  const sizes = [100, 230, 470, 500, 650, 810, 1000];
  const cases = Array.from({ length: 60 }, (_, index) => {
    const least = sizes.map((_, size) => (index * (size + 3) * 7) % 19);
    return limits(
      least,
      least.map((pieces, size) => pieces + ((index * (size + 5) * 11) % 23)),
    );
  });
  const warm = new CuttingProgram(sizes, 1000, 50);
  for (const each of [...cases, ...cases.toReversed()]) {
    const cold = new CuttingProgram(sizes, 1000, 50).bound(each)?.milli;
    const again = warm.bound(each)?.milli;
    assert.equal(again === undefined, cold === undefined);
    if (cold !== undefined) assert.ok(Math.abs(again! - cold) < 1e-3, `${again} ${cold}`);
  }
});
