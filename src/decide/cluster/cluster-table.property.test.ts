import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryNode, arbitraryRequest } from "../../../test/support/cluster-arbitraries.ts";
import { NaiveCluster } from "../../../test/support/naive-cluster.ts";
import { naiveDevices } from "../../../test/support/naive-scores.ts";
import { nodeId, workId } from "../../model/ids.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { ClusterTable } from "./cluster-table.ts";
import { KindTable, NO_KIND } from "./kind-table.ts";
import { NodeStates } from "./node-states.ts";
import { RequestClasses } from "./request-classes.ts";

const move = fc.record({ row: fc.nat(7), request: arbitraryRequest, isEnd: fc.boolean() });
const nodes = fc.tuple(...[0, 1, 2, 3, 4, 5, 6, 7].map((row) => arbitraryNode(`n${row}`)));

test("S3, P1: what is free is what the node had less what is on it, and what fits fits in that", () => {
  fc.assert(
    fc.property(nodes, fc.array(move, { maxLength: 60, size: "max" }), (nodes, moves) => {
      const kinds = new KindTable();
      const classes = new RequestClasses(kinds);
      const table = new ClusterTable(new NodeStates(), classes, false);
      const naive = new NaiveCluster();
      for (const node of nodes) {
        naive.add(node);
        const [first] = node.devices;
        table.add({ node, kind: first === undefined ? NO_KIND : kinds.intern(first.kind)! });
      }
      const held: { row: number; request: ResourceRequest; devices: number[]; id: string }[] = [];
      for (const [index, { row, request, isEnd }] of moves.entries()) {
        const last = isEnd ? held.pop() : undefined;
        if (last !== undefined) {
          table.release(last.row, classes.intern(last.request)!, last.devices);
          naive.release(workId(last.id));
        }
        const books = naive.nodes.get(nodeId(`n${row}`))!;
        const fits = naive.fitting(request).includes(books);
        assert.equal(table.fits(row, classes.intern(request)!), fits);
        if (!fits) continue;
        const { count = 0, milli = 0 } = request.accelerators ?? {};
        const devices = naiveDevices(books.milliFree, count, milli);
        const id = `w${index}`;
        table.take(row, classes.intern(request)!, devices);
        naive.take({ work: workId(id), node: books.node.id, devices }, request);
        held.push({ row, request, devices, id });
        compareRows(table, naive);
      }
    }),
    { numRuns: 200 },
  );
});

function compareRows(table: ClusterTable, naive: NaiveCluster): void {
  for (const [row, books] of [...naive.nodes.values()].entries()) {
    const [start, end] = [table.deviceStart[row], table.deviceStart[row + 1]];
    assert.deepEqual(
      [table.cpuFree[row], table.memoryFree[row], table.load(row)],
      [books.cpuFree, books.memoryFree, books.works.size],
    );
    assert.deepEqual(Array.from(table.deviceMilli.subarray(start, end)), books.milliFree);
  }
}
