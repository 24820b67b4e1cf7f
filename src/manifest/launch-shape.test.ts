import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifests } from "./parse-manifests.ts";

/** What is wrong with a job of this image and this folder of checkpoints. */
function problemsOf({ image = "org/a", path = "a" }): readonly string[] {
  const result = parseManifests(
    JSON.stringify({
      apiVersion: "neuraxis.dev/v1alpha1",
      kind: "BatchJob",
      metadata: { name: "a" },
      spec: { image, resources: { cpu: 1, memory: "1Gi" }, checkpoint: { path } },
    }),
    "a.json",
  );
  return result.ok ? [] : result.reason.map(({ path: key, problem }) => `${key}: ${problem}`);
}

test("an image is named as registries name it", () => {
  const digest = `sha256:${"0123abcd".repeat(8)}`;
  for (const image of [
    "a",
    "org/a",
    "localhost/a_b",
    "GHCR.io/org/sub/na--me:V1.2-rc_3",
    "registry.example:5000/org/a__b.c-d:2",
    `ghcr.io/org/a:2@${digest}`,
    digest,
  ]) {
    assert.deepEqual(problemsOf({ image }), [], image);
  }
});

test("what a container runtime would read as an option or a file is no image", () => {
  for (const image of [
    "--privileged",
    "--volume=/:/host",
    "-it",
    "/etc",
    "./a",
    "dir:/etc",
    "docker-archive:/a.tar",
    "org/a:",
    "org//a",
    "org/a,b",
    "org/a@sha256:12",
    "org/a\n--privileged",
    `${"a/".repeat(600)}a`,
  ]) {
    const problems = problemsOf({ image });
    assert.equal(problems.length, 1, image);
    assert.match(problems.join(), /^spec\.image: must be an image such as ghcr\.io\/org\/name:tag/);
  }
});

test("a folder of checkpoints has no name that ends in the words of a mount", () => {
  for (const path of ["c3,source=/etc,target=/host", 'a"b', "a\nb", "a\rb"]) {
    assert.deepEqual(problemsOf({ path }).length, 1, path);
  }
  assert.deepEqual(problemsOf({ path: "c3,source=etc" }), [
    "spec.checkpoint.path: must have no comma, quotation mark or line break",
  ]);
  assert.deepEqual(problemsOf({ path: "runs/a b:c='d'" }), []);
});
