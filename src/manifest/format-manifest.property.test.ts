import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { milliseconds } from "../model/units.ts";
import { manifests } from "../../test/support/manifest-arbitraries.ts";
import { formatManifest } from "./format-manifest.ts";
import { formatFault } from "./manifest-fault.ts";
import { parseManifests } from "./parse-manifests.ts";
import { formatDuration, readDuration } from "./quantities.ts";

test("what was written reads as the same manifest, and is written the same again", () => {
  fc.assert(
    fc.property(manifests, (manifest) => {
      const text = formatManifest(manifest);
      const result = parseManifests(text, "a.yaml");
      assert.ok(
        result.ok,
        result.ok ? "" : `${result.reason.map(formatFault).join("\n")}\n${text}`,
      );
      assert.deepEqual(result.value, [manifest]);
      assert.equal(formatManifest(result.value[0]), text);
    }),
  );
});

test("any text is read or refused, with places in the text", () => {
  const words = ["apiVersion: neuraxis.dev/v1alpha1", "kind: Queue", "spec:", "  weight: ", "- "];
  const fragment = fc.oneof(
    fc.constantFrom(...words, "\n", "---\n", "{", "]", "&a ", "*a"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(fragment), (fragments) => {
      const text = fragments.join("");
      const result = parseManifests(text, "a.yaml");
      if (result.ok) return;
      const lines = text.split("\n").length;
      for (const { line, column } of result.reason) {
        assert.ok(line >= 1 && line <= lines && column >= 1, `${line}:${column} of ${lines} lines`);
      }
    }),
  );
});

test("whole milliseconds read as they were written", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 36_525 * 86_400_000 }), (ms) => {
      assert.equal(readDuration(formatDuration(milliseconds(ms))), ms);
    }),
  );
});
