import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel, runSteps } from "../../../test/support/run-script.ts";
import { noRandom } from "../../../test/support/scripted-random.ts";
import { workId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { Scheduler } from "../scheduler.ts";

interface Case {
  readonly policy: string;
  readonly nodes: readonly Node[];
  readonly request: ResourceRequest;
  /** What the policy expects to come; the request itself if absent. */
  readonly expected?: ResourceRequest;
}

/** Where the policy puts one piece of work: node, then devices. */
function placeOf({ policy, nodes, request, expected = request }: Case): string {
  const profile = { classes: [{ request: expected, count: 1 }] };
  const scheduler = new Scheduler(buildModel(policy, profile));
  const added = nodes.map((node) => ({ kind: "node-added", node }) as const);
  runSteps(scheduler, added, noRandom);
  const submitted = { kind: "work-submitted", work: workId("w"), request } as const;
  const [, actions] = runSteps(scheduler, [submitted, { kind: "decide" }], noRandom);
  assert.ok(Array.isArray(actions) && actions[0].kind === "place");
  return `${actions[0].node} ${actions[0].devices.join()}`.trim();
}

function onDevices(policy: string, devices: readonly number[], request: ResourceRequest): string {
  return placeOf({ policy, nodes: [buildNode({ id: "a", cpu: 9000, devices })], request });
}

test("P1: CPU, memory, device kind and devices must all be there", () => {
  const request = buildRequest({ cpu: 1000, memory: 8, count: 2, milli: 500, kinds: ["A", "C"] });
  const lacking = [
    buildNode({ id: "cpu", cpu: 999, memory: 8, devices: [500, 500] }),
    buildNode({ id: "memory", cpu: 1000, memory: 7, devices: [500, 500] }),
    buildNode({ id: "milli", cpu: 1000, memory: 8, devices: [499, 1000] }),
    buildNode({ id: "count", cpu: 1000, memory: 8, devices: [1000] }),
    buildNode({ id: "kind", cpu: 1000, memory: 8, kind: "B", devices: [500, 500] }),
    buildNode({ id: "devices", cpu: 1000, memory: 8 }),
  ];
  const fits = buildNode({ id: "fits", cpu: 1000, memory: 8, kind: "C", devices: [500, 500] });
  assert.equal(placeOf({ policy: "best-fit", nodes: [...lacking, fits], request }), "fits 0,1");
});

test("P1: work without devices fits on any node, whatever its devices", () => {
  const request = buildRequest({ cpu: 1000 });
  const nodes = [buildNode({ id: "a", cpu: 1000, devices: [0, 0] })];
  assert.equal(placeOf({ policy: "fgd", nodes, request }), "a");
});

test("P2: the highest score wins, and the first node in order among equals", () => {
  const request = buildRequest({ cpu: 1000 });
  const node = (id: string, cpu: number) => buildNode({ id, cpu });
  const nodes = [node("z", 64_000), node("y", 4000), node("x", 4000), node("a", 4000)];
  assert.equal(placeOf({ policy: "best-fit", nodes, request }), "y");
});

test("P3: a share takes the device with least left that fits, the lowest index first", () => {
  const share = buildRequest({ count: 1, milli: 400 });
  for (const policy of ["best-fit", "dot-product", "gpu-packing", "gpu-clustering"]) {
    assert.equal(onDevices(policy, [1000, 600, 399, 500, 500], share), "a 3");
  }
});

test("P3, P8: under fgd a share may leave the fuller device alone", () => {
  const half = buildRequest({ count: 1, milli: 500 });
  const nodes = [buildNode({ id: "a", cpu: 0, devices: [600, 1000, 1000] })];
  // 600 would leave 300 that typical work cannot use; 1000 leaves 700 that it can.
  const request = buildRequest({ count: 1, milli: 300 });
  assert.equal(placeOf({ policy: "fgd", nodes, request, expected: half }), "a 1");
});

test("P4: more than a share takes the devices with least left that fit", () => {
  const devices = [1000, 600, 500, 700, 499, 500];
  const ofCount = (count: number) => buildRequest({ count, milli: 500 });
  assert.equal(onDevices("fgd", devices, ofCount(2)), "a 2,5");
  assert.equal(onDevices("best-fit", devices, ofCount(3)), "a 1,2,5");
  assert.equal(onDevices("gpu-packing", devices, ofCount(5)), "a 0,1,2,3,5");
});

test("P4: whole devices are wholly free ones, the lowest index first", () => {
  const devices = [999, 1000, 0, 1000, 1000];
  assert.equal(onDevices("fgd", devices, buildRequest({ count: 1 })), "a 1");
  assert.equal(onDevices("fgd", devices, buildRequest({ count: 2 })), "a 1,3");
});

test("P2: a ranking catches up with more changes than the cluster's log keeps", () => {
  const nodes = [buildNode({ id: "a", cpu: 1000 }), buildNode({ id: "b", cpu: 1000 })];
  const scheduler = new Scheduler(buildModel("best-fit"));
  const decide = { kind: "decide" } as const;
  const submit = (id: string, request: ResourceRequest) =>
    ({ kind: "work-submitted", work: workId(id), request }) as const;
  const end = (id: string) => ({ kind: "work-ended", work: workId(id) }) as const;
  const wide = buildRequest({ cpu: 1000 });
  const added = nodes.map((node) => ({ kind: "node-added", node }) as const);
  runSteps(scheduler, [...added, submit("wide", wide), decide, end("wide")], noRandom);
  // One change of the first node, then more of the other than the log of 64 changes holds.
  runSteps(scheduler, [submit("block", buildRequest({ cpu: 999 })), decide], noRandom);
  const narrow = buildRequest({ cpu: 2 });
  for (let round = 0; round < 40; round += 1) {
    runSteps(scheduler, [submit("narrow", narrow), decide, end("narrow")], noRandom);
  }
  const outcomes = runSteps(scheduler, [submit("wide", wide), decide], noRandom);
  assert.deepEqual(outcomes[1], [{ kind: "place", work: "wide", node: "b", devices: [] }]);
});
