import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CuttingProgram } from "./cutting-program.ts";

const RUNS = { seed: 1, numRuns: 300 };

interface Cutting {
  readonly sizes: readonly number[];
  readonly devices: number;
  readonly pieces: readonly number[];
}

/** A real cutting: pieces that a first fit puts on the devices, whatever does not fit left out. */
const arbitraryCutting: fc.Arbitrary<Cutting> = fc
  .record({
    sizes: fc.uniqueArray(
      fc.oneof(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 20 }).map((n) => n * 50),
      ),
      { minLength: 1, maxLength: 8 },
    ),
    devices: fc.integer({ min: 1, max: 12 }),
    draws: fc.array(fc.nat(1000), { maxLength: 80, size: "max" }),
  })
  .map(({ sizes, devices, draws }) => {
    const rooms = Array.from({ length: devices }, () => 1000);
    const pieces = sizes.map(() => 0);
    for (const draw of draws) {
      const size = draw % sizes.length;
      const found = rooms.findIndex((room) => room >= sizes[size]);
      if (found === -1) continue;
      rooms[found] -= sizes[size];
      pieces[size] += 1;
    }
    return { sizes, devices, pieces };
  });

test("no real cutting within the limits is above the bound, and none is called impossible", () => {
  fc.assert(
    fc.property(
      arbitraryCutting,
      fc.array(fc.nat(6), { minLength: 16, maxLength: 16 }),
      ({ sizes, devices, pieces }, slack) => {
        const program = new CuttingProgram(sizes, 1000, devices);
        const cut = pieces.reduce((sum, count, size) => sum + count * sizes[size], 0);
        for (const loose of [1, 0, 2]) {
          const bound = program.bound({
            least: Float64Array.from(pieces, (count, size) =>
              Math.max(0, count - loose * slack[size]),
            ),
            most: Float64Array.from(pieces, (count, size) => count + loose * slack[size + 8]),
          });
          assert.ok(bound !== undefined, "a cutting exists");
          assert.ok(Math.floor(bound.milli) >= cut);
          if (loose === 0) assert.ok(bound.milli < cut + 1e-3, "limits of no width leave no doubt");
          assert.ok(bound.milli <= devices * 1000 + 1e-3);
        }
      },
    ),
    RUNS,
  );
});
