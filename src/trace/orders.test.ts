import assert from "node:assert/strict";
import { truncateSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import type { InputErrorCode } from "./input-error.ts";
import { readOrders } from "./orders.ts";

const folder = new TempFolder();
const ROWS = { pods: 3, nodes: 2 };

function ordersOf(content: unknown) {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  return readOrders(folder.write("orders.json", text), ROWS);
}

test("each seed has its arrivals, clones among them, and its order of nodes", async () => {
  const orders = await ordersOf({
    42: { arrivals: [2, 0, 1, 2, 2], nodeOrder: [1, 0] },
    7: { arrivals: [0], nodeOrder: [0, 1] },
  });
  assert.deepEqual([...orders.keys()], [7, 42]);
  assert.deepEqual(orders.get(42), {
    arrivals: Int32Array.of(2, 0, 1, 2, 2),
    nodeOrder: Int32Array.of(1, 0),
  });
});

const whole = { arrivals: [0], nodeOrder: [0, 1] };
const broken: readonly [what: string, content: unknown, code: InputErrorCode, says: RegExp][] = [
  ["not JSON", "{", "invalid-orders", /JSON/],
  ["empty", "", "invalid-orders", /JSON/],
  ["a list", [], "invalid-orders", /is not a JSON object/],
  ["without a seed", {}, "invalid-orders", /has no seed/],
  ["with a name for a seed", { first: whole }, "invalid-orders", /"first" is not a seed/],
  ["with a seed of another form", { "042": whole }, "invalid-orders", /"042" is not a seed/],
  ["with a seed that is null", { 42: null }, "invalid-orders", /seed 42 is not an object/],
  ["without arrivals", { 42: { nodeOrder: [0, 1] } }, "invalid-orders", /arrivals of seed 42/],
  ["of no arrival", { 42: { ...whole, arrivals: [] } }, "invalid-orders", /arrivals of seed 42/],
  ["with half a row", { 42: { ...whole, arrivals: [0, 0.5] } }, "invalid-orders", /entry 1: 0.5/],
  ["with a text", { 42: { ...whole, arrivals: ["0"] } }, "invalid-orders", /entry 0: "0"/],
  ["beyond the pods", { 42: { ...whole, arrivals: [3] } }, "orders-mismatch", /row 3 of 3/],
  ["before the pods", { 42: { ...whole, arrivals: [-1] } }, "orders-mismatch", /row -1 of 3/],
  ["beyond the nodes", { 42: { ...whole, nodeOrder: [0, 2] } }, "orders-mismatch", /row 2 of 2/],
  ["with a node left out", { 42: { ...whole, nodeOrder: [1] } }, "orders-mismatch", /permutation/],
  ["with a node twice", { 42: { ...whole, nodeOrder: [1, 1] } }, "orders-mismatch", /permutation/],
];
for (const [what, content, code, says] of broken) {
  test(`orders ${what} are refused`, async () => {
    const place = { file: folder.resolve("orders.json") };
    await assert.rejects(ordersOf(content), { name: "InputError", code, place, message: says });
  });
}

test("orders that are missing, a folder, or too large to hold are refused unread", async () => {
  const missing = folder.resolve("missing.json");
  await assert.rejects(readOrders(missing, ROWS), { code: "cannot-read" });
  await assert.rejects(readOrders(folder.path, ROWS), { code: "cannot-read" });
  const large = folder.write("large.json", "");
  truncateSync(large, 2 ** 31);
  await assert.rejects(readOrders(large, ROWS), { code: "too-large" });
});
