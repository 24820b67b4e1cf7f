import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Digest } from "./hash.ts";

/** Of one shape, as the digest itself does not tell an integer from a text. */
const sequence = fc.tuple(
  fc.integer({ min: -1, max: 1 }),
  fc.string({ maxLength: 2 }),
  fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 2 })),
  fc.constantFrom("", "a", "b"),
);

test("S5: equal sequences have equal digests, others have others", () => {
  fc.assert(
    fc.property(sequence, sequence, (left, right) => {
      const isEqual = left.every((part, index) => part === right[index]);
      assert.equal(digestOf(left) === digestOf(right), isEqual);
      assert.equal(digestOf(left), digestOf([...left]));
    }),
    { numRuns: 2000 },
  );
});

function digestOf(parts: readonly (number | string)[]): string {
  const digest = new Digest();
  for (const part of parts) {
    if (typeof part === "number") digest.integer(part);
    else digest.text(part);
  }
  return digest.hex();
}
