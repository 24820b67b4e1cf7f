import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { ClusterTable } from "./cluster-table.ts";
import { KindTable } from "./kind-table.ts";
import { NodeStates } from "./node-states.ts";
import { RequestClasses } from "./request-classes.ts";

function buildTable(keepsHistory = false) {
  const classes = new RequestClasses(new KindTable());
  const table = new ClusterTable(new NodeStates(), classes, keepsHistory);
  return { classes, table };
}

function addNodes(table: ClusterTable, count: number): void {
  for (let row = 0; row < count; row += 1) {
    const node = buildNode({ id: `n${row}`, cpu: 1000 + row, devices: [1000] });
    assert.equal(table.add({ node, kind: 0 }), row);
  }
}

test("what is taken is given back, on the same devices", () => {
  const { classes, table } = buildTable();
  const node = buildNode({ id: "a", cpu: 4000, memory: 16, devices: [1000, 400, 1000] });
  const row = table.add({ node, kind: 0 });
  const before = [...table.content(row)];
  const state = table.state[row];
  const request = classes.intern(buildRequest({ cpu: 1000, memory: 6, count: 2, milli: 300 }))!;
  table.take(row, request, [0, 1]);
  assert.deepEqual([table.cpuFree[row], table.memoryFree[row], table.load(row)], [3000, 10, 1]);
  assert.deepEqual(Array.from(table.deviceMilli.subarray(0, 3)), [700, 100, 1000]);
  assert.notEqual(table.state[row], state);
  table.release(row, request, [0, 1]);
  assert.deepEqual([...table.content(row)], before);
  assert.equal(table.state[row], state);
});

test("P1: what fits an empty node is judged by what the node had when it came", () => {
  const { classes, table } = buildTable();
  const row = table.add({ node: buildNode({ id: "a", cpu: 4000, devices: [1000, 400] }), kind: 0 });
  const whole = classes.intern(buildRequest({ cpu: 4000, count: 1 }))!;
  const two = classes.intern(buildRequest({ count: 2, milli: 401 }))!;
  table.take(row, whole, [0]);
  assert.ok(!table.fits(row, whole));
  assert.ok(table.fitsEmpty(row, whole));
  assert.ok(!table.fitsEmpty(row, two));
});

test("a removed row fits nothing, and later rows keep their numbers", () => {
  const { classes, table } = buildTable();
  addNodes(table, 3);
  table.remove(1);
  const nothing = classes.intern(buildRequest({}))!;
  assert.deepEqual(
    [0, 1, 2].map((row) => table.fits(row, nothing)),
    [true, false, true],
  );
  assert.ok(table.isRemoved(1));
  assert.deepEqual(table.ids, ["n0", "n1", "n2"]);
  assert.equal(table.cpuFree[2], 1002);
});

test("the log of changes is a ring that knows what it has kept, also after it grew", () => {
  const { classes, table } = buildTable();
  const request = classes.intern(buildRequest({ cpu: 1 }))!;
  const naive: number[] = [];
  const check = () => {
    assert.equal(table.changes.count, naive.length);
    assert.ok(table.changes.kept >= Math.min(naive.length, 64));
    const first = Math.max(0, naive.length - table.changes.kept);
    for (let change = first; change < naive.length; change += 1) {
      assert.equal(table.changes.rowOf(change), naive[change]);
    }
    for (let row = 0; row < table.rows; row += 1) {
      assert.equal(table.changes.last[row], naive.lastIndexOf(row));
    }
  };
  for (let row = 0; row < 300; row += 1) {
    table.add({ node: buildNode({ id: `n${row}`, cpu: 5000 }), kind: -1 });
    naive.push(row);
    const other = (row * 7) % (row + 1);
    table.take(other, request, []);
    naive.push(other);
    if (row % 10 === 3 || row === 64 || row === 128) check();
  }
  check();
});

test("P12: history is kept only for a policy that reads it", () => {
  for (const keepsHistory of [false, true]) {
    const { classes, table } = buildTable(keepsHistory);
    const row = table.add({ node: buildNode({ id: "a", cpu: 0, devices: [1000] }), kind: 0 });
    const state = table.state[row];
    const request = classes.intern(buildRequest({ count: 1, milli: 10 }))!;
    table.take(row, request, [0]);
    table.release(row, request, [0]);
    assert.equal(table.state[row] === state, !keepsHistory);
  }
});

test("P12: what a row has seen may be told beforehand", () => {
  const { classes, table } = buildTable(true);
  addNodes(table, 1);
  const request = classes.intern(buildRequest({ cpu: 10, count: 1, milli: 400 }))!;
  table.addHistory(0, 4);
  table.take(0, request, [0]);
  assert.equal(table.history(0), 5);
});

test("J8: the devices of a row that failed are told apart from those of others", () => {
  const { table } = buildTable(false);
  addNodes(table, 3);
  table.failDevice(1, 0);
  assert.deepEqual(
    [0, 1, 2].map((row) => table.failedOn(row)),
    [[], [0], []],
  );
});
