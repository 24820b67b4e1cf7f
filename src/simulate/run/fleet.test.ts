import assert from "node:assert/strict";
import test from "node:test";
import { addNode } from "../../../test/support/hand-driven-engine.ts";
import { nodeId } from "../../model/ids.ts";
import { Fleet } from "./fleet.ts";

test("a node is bought from its arrival to its removal or loss, whatever breaks on it", () => {
  const fleet = new Fleet();
  fleet.apply(addNode("a", 2, "T4").event, 0);
  fleet.apply(addNode("b", 1, "A100").event, 100);
  assert.equal(fleet.milli, 3000);
  assert.equal(fleet.apply({ kind: "device-failed", node: nodeId("a"), device: 0 }, 150), false);
  assert.equal(fleet.apply({ kind: "node-drained", node: nodeId("a") }, 150), false);
  assert.equal(fleet.apply({ kind: "node-lost", node: nodeId("a") }, 200), true);
  assert.equal(fleet.apply({ kind: "node-removed", node: nodeId("b") }, 400), true);
  assert.equal(fleet.milli, 0);
  assert.deepEqual(
    [...fleet.milliMsByKind(1000)],
    [
      ["T4", 2000 * 200],
      ["A100", 1000 * 300],
    ],
  );
});

test("nodes without devices and nodes that are not there cost nothing", () => {
  const fleet = new Fleet();
  fleet.apply(addNode("c", 0).event, 0);
  assert.equal(fleet.apply({ kind: "node-lost", node: nodeId("x") }, 5), false);
  assert.deepEqual([...fleet.milliMsByKind(10)], []);
  assert.deepEqual(
    Array.from(fleet.nodes, ({ id }) => id),
    ["c"],
  );
});
