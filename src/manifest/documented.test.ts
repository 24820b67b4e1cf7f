import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { listFieldRows } from "../../test/support/manifest-fields.ts";
import { manifestSchema } from "./manifest-schema.ts";
import { formatFault } from "./manifest-fault.ts";
import { parseManifests } from "./parse-manifests.ts";

const file = path.resolve(import.meta.dirname, "../../docs/manifests.md");
const sections = new Map(
  readFileSync(file, "utf8")
    .split(/^## /m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf("\n")), section]),
);

const kinds = Object.keys(manifestSchema().$defs);

test("docs/manifests.md has a section for what all kinds share, and for each kind", () => {
  assert.deepEqual([...sections.keys()], ["metadata", ...kinds, "Images"]);
});

for (const heading of ["metadata", ...kinds]) {
  test(`docs/manifests.md has every field of ${heading}, its form, default and meaning`, () => {
    const rows = sections.get(heading)?.match(/^\| `(metadata|spec)\..*$/gm);
    const expected =
      heading === "metadata" ? listFieldRows("Queue", "metadata") : listFieldRows(heading, "spec");
    assert.deepEqual(rows, expected, `the rows are:\n${expected.join("\n")}`);
  });
}

test("what docs/manifests.md says is not supported yet is refused in these words", () => {
  const asked = {
    BatchJob: ["topology", "estimatedDuration"],
    ModelService: ["adapters", "rollout", "objectives"],
  };
  for (const [kind, keys] of Object.entries(asked)) {
    for (const key of keys) {
      assert.match(sections.get(kind) ?? "", new RegExp(`\`${key}\`[^.]* not supported yet`));
      const text = `apiVersion: neuraxis.dev/v1alpha1\nkind: ${kind}\nmetadata: {name: a}\nspec: {${key}: 1}\n`;
      const result = parseManifests(text, "a.yaml");
      assert.ok(!result.ok);
      const says = result.reason.filter((fault) => fault.path === `spec.${key}`).map(formatFault);
      assert.equal(says.length, 1);
      assert.match(says[0], /is not supported yet/);
    }
  }
});

test("the example at the top of docs/manifests.md is read, and its fault is told as it says", () => {
  const text = readFileSync(file, "utf8").match(/^ {4}apiVersion[^]*?\n\n/m)?.[0] ?? "";
  assert.ok(parseManifests(text, "job.yaml").ok);
  const result = parseManifests(
    text.replaceAll(/^ {4}/gm, "").replace("command", "comand"),
    "job.yaml",
  );
  assert.ok(!result.ok);
  assert.match(
    result.reason.map(formatFault).join("\n"),
    /^job\.yaml, line 6, column 3, spec\.comand: is no key here \(did you mean "command"\?\); the keys are /m,
  );
});
