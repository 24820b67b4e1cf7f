import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { readScenario } from "./read-scenario.ts";

const folder = new TempFolder();

async function failuresOf(...entries: readonly string[]) {
  const text = `name: f
seed: 5
horizon: 100d
grace: 1s
nodes: [{count: 5, name: n, cpu: 1, memory: 1Gi, gpus: 2, kind: A10}]
failures: [${entries.map((entry) => `{${entry}}`).join(", ")}]
`;
  const { failures } = await readScenario(folder.write("scenario.yaml", text));
  return failures.map(({ atMs, event }) => {
    const node = event.kind === "node-added" ? event.node.id : "node" in event ? event.node : "";
    return { atMs, kind: event.kind, node };
  });
}

test("a node may be drained, opened, lost, and repaired with its devices", async () => {
  const failures = await failuresOf(
    "at: 3s, nodeLost: n-1, repair: 2s",
    "at: 1s, drain: n-1",
    "at: 2s, open: n-1",
    "at: 2s, deviceFailed: {node: n-1, device: 0}",
    "at: 6s, deviceFailed: {node: n-1, device: 0}",
  );
  assert.deepEqual(
    failures.map(({ atMs, kind }) => [atMs, kind]),
    [
      [1000, "node-drained"],
      [2000, "node-opened"],
      [2000, "device-failed"],
      [3000, "node-lost"],
      [5000, "node-added"],
      [6000, "device-failed"],
    ],
  );
});

test("what cannot happen to a node in its state is refused", async () => {
  const wrong = [
    ["at: 1s, open: n-0", "at: 9s, drain: n-0", /n-0 is not drained 1 s after/],
    ["at: 1s, drain: n-0", "at: 2s, drain: n-0", /n-0 is drained already 2 s after/],
    ["at: 1s, nodeLost: n-0", "at: 2s, drain: n-0", /n-0 is lost already 2 s after/],
    [
      "at: 1s, deviceFailed: {node: n-0, device: 1}",
      "at: 2s, deviceFailed: {node: n-0, device: 1}",
      /n-0 has device 1 broken already 2 s after/,
    ],
  ] as const;
  for (const [first, second, message] of wrong) {
    await assert.rejects(failuresOf(first, second), { code: "invalid-setting", message });
  }
});

test("chance loses and repairs nodes in turn, but not those that a failure names", async () => {
  const failures = await failuresOf("mtbf: 10d, repair: 1h", "at: 50d, drain: n-2");
  assert.deepEqual(
    failures.map(({ atMs }) => atMs),
    failures.map(({ atMs }) => atMs).toSorted((left, right) => left - right),
  );
  assert.deepEqual(
    failures.filter(({ node }) => node === "n-2").map(({ kind }) => kind),
    ["node-drained"],
  );
  const lost = failures.filter(({ kind }) => kind === "node-lost");
  // Four nodes, 100 days, a loss in 10 days each.
  assert.ok(lost.length > 20 && lost.length < 60, `${lost.length} losses`);
  for (const node of ["n-0", "n-1", "n-3", "n-4"]) {
    const kinds = failures.filter((failure) => failure.node === node).map(({ kind }) => kind);
    const wanted = kinds.map((_, index) => (index % 2 === 0 ? "node-lost" : "node-added"));
    assert.deepEqual(kinds, wanted);
  }
  assert.deepEqual(failures, await failuresOf("mtbf: 10d, repair: 1h", "at: 50d, drain: n-2"));
});
