import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import type { WorkloadClass } from "../../model/workload-profile.ts";
import { ANY_KIND, KindTable } from "../cluster/kind-table.ts";
import { typicalClasses } from "./typical-classes.ts";

type Row = readonly [count: number, request: Parameters<typeof buildRequest>[0]];

function typicalOf(...rows: readonly Row[]) {
  const classes: WorkloadClass[] = rows.map(([count, options]) => ({
    count,
    request: buildRequest(options),
  }));
  return typicalClasses({ classes }, new KindTable());
}

test("P6: the commonest classes, until 95 % of all occurrences are covered", () => {
  const counts = (...occurrences: number[]) =>
    typicalOf(...occurrences.map((count, index): Row => [count, { cpu: index }])).map(
      ({ cpu }) => cpu,
    );
  assert.deepEqual(counts(3, 45, 2, 50), [3, 1]);
  assert.deepEqual(counts(6, 44, 50), [2, 1, 0]);
  assert.deepEqual(counts(19, 1), [0]);
  assert.deepEqual(counts(1), [0]);
  assert.deepEqual(counts(), []);
});

test("P6: a weight is the class's share of all, divided by the covered share", () => {
  const typical = typicalOf([50, { cpu: 1 }], [45, { cpu: 2 }], [5, { cpu: 3 }]);
  assert.deepEqual(
    typical.map(({ weight }) => weight),
    [50 / 100 / (95 / 100), 45 / 100 / (95 / 100)],
  );
});

test("P6: among equals CPU, milli, count and kinds decide, all descending", () => {
  const rows: Row[] = [
    [5, { cpu: 1000, count: 1, milli: 200 }],
    [5, { cpu: 1000, count: 2, milli: 200 }],
    [5, { cpu: 1000, count: 1, milli: 300 }],
    [5, { cpu: 1000, count: 1, milli: 200, kinds: ["A"] }],
    [5, { cpu: 1000, count: 1, milli: 200, kinds: ["B"] }],
    [5, { cpu: 1000, count: 1, milli: 200, kinds: ["A", "B"] }],
    [5, { cpu: 900, count: 8, milli: 1000 }],
    [5, { cpu: 20_000 }],
    [6, { cpu: 1 }],
  ];
  const expected = [
    [1, 0, 0, ANY_KIND],
    [20_000, 0, 0, ANY_KIND],
    [1000, 300, 1, ANY_KIND],
    [1000, 200, 2, ANY_KIND],
    [1000, 200, 1, 0b01],
    [1000, 200, 1, 0b11],
    [1000, 200, 1, 0b10],
    [1000, 200, 1, ANY_KIND],
    [900, 1000, 8, ANY_KIND],
  ];
  for (const order of [rows, rows.toReversed()]) {
    const kinds = new KindTable();
    kinds.intern("B");
    const classes = order.map(([count, options]) => ({ count, request: buildRequest(options) }));
    assert.deepEqual(
      typicalClasses({ classes }, kinds).map(({ cpu, milli, count, kinds }) => [
        cpu,
        milli,
        count,
        kinds,
      ]),
      expected,
    );
  }
});

test("P6: classes that differ in memory only are one, and work without devices counts", () => {
  const typical = typicalOf(
    [30, { cpu: 1000, memory: 1, count: 1, milli: 500 }],
    [40, { cpu: 1000 }],
    [30, { cpu: 1000, memory: 2, count: 1, milli: 500 }],
  );
  assert.deepEqual(typical, [
    { cpu: 1000, milli: 500, count: 1, kinds: ANY_KIND, weight: 0.6 },
    { cpu: 1000, milli: 0, count: 0, kinds: ANY_KIND, weight: 0.4 },
  ]);
});
