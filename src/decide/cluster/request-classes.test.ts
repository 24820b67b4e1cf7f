import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { KindTable } from "./kind-table.ts";
import { RequestClasses } from "./request-classes.ts";

test("requests that ask for the same are one class", () => {
  const classes = new RequestClasses(new KindTable());
  const options = { cpu: 1000, memory: 4, count: 1, milli: 500, kinds: ["A", "B"] };
  const id = classes.intern(buildRequest(options));
  assert.equal(classes.intern(buildRequest(options)), id);
  assert.equal(classes.intern(buildRequest({ ...options, kinds: ["B", "A", "B"] })), id);
  for (const change of [
    { cpu: 1001 },
    { memory: 5 },
    { count: 2 },
    { milli: 501 },
    { kinds: [] },
    { kinds: ["A"] },
    { count: 0 },
  ]) {
    assert.notEqual(classes.intern(buildRequest({ ...options, ...change })), id);
  }
  assert.equal(classes.size, 8);
});

test("a class keeps what it asks for while the tables grow", () => {
  const classes = new RequestClasses(new KindTable());
  for (let cpu = 0; cpu < 200; cpu += 1) {
    classes.intern(buildRequest({ cpu, memory: cpu * 2, count: 1 + (cpu % 3), milli: cpu + 1 }));
  }
  const { cpu, memory, count, milli } = classes;
  assert.deepEqual([cpu[150], memory[150], count[150], milli[150]], [150, 300, 1, 151]);
  assert.deepEqual([cpu[2], memory[2], count[2], milli[2]], [2, 4, 3, 3]);
});

test("P3: a share is a part of one device", () => {
  const classes = new RequestClasses(new KindTable());
  const isShare = (count: number, milli: number) =>
    classes.isShare(classes.intern(buildRequest({ count, milli }))!);
  assert.ok(isShare(1, 999));
  assert.ok(!isShare(1, 1000));
  assert.ok(!isShare(2, 500));
  assert.ok(!isShare(0, 0));
});

test("M3: a request that names a 32nd kind has no class", () => {
  const kinds = new KindTable();
  for (let kind = 0; kind < 31; kind += 1) kinds.intern(`kind-${kind}`);
  const classes = new RequestClasses(kinds);
  const request = buildRequest({ count: 1, kinds: ["kind-31"] });
  assert.equal(classes.intern(request), undefined);
  assert.equal(classes.size, 0);
});
