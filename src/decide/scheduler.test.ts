import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { buildModel, buildScheduler, runSteps } from "../../test/support/run-script.ts";
import { noRandom } from "../../test/support/scripted-random.ts";
import type { Event } from "../model/event.ts";
import { nodeId, workId } from "../model/ids.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { type MilliCpu, milliseconds } from "../model/units.ts";
import { PLACEMENT_POLICIES } from "./policies/registry.ts";
import { Scheduler } from "./scheduler.ts";
import { workActions } from "../../test/support/work-actions.ts";

const NOW = milliseconds(0);

function submit(id: string, request: ResourceRequest): Event {
  return { kind: "work-submitted", work: workId(id), request };
}

function end(id: string): Event {
  return { kind: "work-ended", work: workId(id) };
}

function place(work: string, node: string, devices: readonly number[] = []) {
  return { kind: "place", work, node, devices };
}

/** Code of the refusal, or `undefined`. */
function refusalOf(scheduler: Scheduler, event: Event): string | undefined {
  const result = scheduler.apply(event);
  return result.ok ? undefined : `${result.reason.kind} ${result.reason.code}`;
}

test("S1: time does not decide", () => {
  const [early, late] = [0, 1e12].map((nowMs) => {
    const scheduler = buildScheduler("fgd", [buildNode({ id: "a", cpu: 1000 })]);
    scheduler.apply(submit("w", buildRequest({ cpu: 1000 })));
    return { actions: scheduler.decide(milliseconds(nowMs), noRandom), hash: scheduler.hash() };
  });
  assert.deepEqual(early, late);
});

test("S4: pending work is tried once a decision, in order of submission", () => {
  const scheduler = buildScheduler("best-fit", [buildNode({ id: "a", cpu: 3000 })]);
  const requests = [2000, 2000, 1000].map((cpu) => buildRequest({ cpu }));
  requests.forEach((request, index) => scheduler.apply(submit(`w${index}`, request)));
  const [first, second, third, ...others] = scheduler.decide(NOW, noRandom);
  assert.deepEqual(first, place("w0", "a"));
  assert.equal(second?.kind, "wait");
  assert.deepEqual(third, place("w2", "a"));
  assert.deepEqual(others, []);
  assert.equal(scheduler.pendingCount, 1);
  scheduler.apply(submit("w3", buildRequest({ cpu: 1 })));
  assert.deepEqual(
    workActions(scheduler.decide(NOW, noRandom)).map(({ work }) => work),
    ["w1", "w3"],
  );
});

test("S4: room is free again once its work has ended", () => {
  const scheduler = buildScheduler("best-fit", [
    buildNode({ id: "a", cpu: 1000, memory: 8, devices: [1000] }),
  ]);
  const all = buildRequest({ cpu: 1000, memory: 8, count: 1 });
  scheduler.apply(submit("first", all));
  assert.deepEqual(scheduler.decide(NOW, noRandom), [place("first", "a", [0])]);
  scheduler.apply(submit("second", all));
  assert.equal(scheduler.decide(NOW, noRandom)[0]?.kind, "wait");
  scheduler.apply(end("first"));
  assert.deepEqual(scheduler.decide(NOW, noRandom), [place("second", "a", [0])]);
});

test("S4: work that ended while pending is not placed", () => {
  const scheduler = buildScheduler("best-fit");
  scheduler.apply(submit("w", buildRequest({ cpu: 1000 })));
  scheduler.apply(end("w"));
  scheduler.apply({ kind: "node-added", node: buildNode({ id: "a", cpu: 1000 }) });
  assert.deepEqual(scheduler.decide(NOW, noRandom), []);
});

test("S4: a node leaves only when no work is on it", () => {
  const scheduler = buildScheduler("best-fit", [buildNode({ id: "a", cpu: 1000 })]);
  const leave = { kind: "node-removed", node: nodeId("a") } as const;
  scheduler.apply(submit("w", buildRequest({})));
  scheduler.decide(NOW, noRandom);
  const result = scheduler.apply(leave);
  assert.deepEqual(result, {
    ok: false,
    reason: {
      kind: "cannot-now",
      code: "node-not-empty",
      message: "node a still runs 1 pieces of work",
    },
  });
  scheduler.apply(end("w"));
  assert.equal(refusalOf(scheduler, leave), undefined);
  assert.equal(scheduler.nodeCount, 0);
});

test("S3: a node that comes back under its old id is empty", () => {
  const node = buildNode({ id: "a", cpu: 1000, devices: [1000, 400] });
  const scheduler = buildScheduler("gpu-clustering", [node]);
  const hash = scheduler.hash();
  runSteps(
    scheduler,
    [
      submit("w", buildRequest({ cpu: 1000, count: 1 })),
      { kind: "decide" },
      end("w"),
      { kind: "node-removed", node: nodeId("a") },
    ],
    noRandom,
  );
  assert.deepEqual(scheduler.fragmentation(), { milliFree: 0, milliFragmented: 0 });
  scheduler.apply({ kind: "node-added", node });
  assert.equal(scheduler.hash(), hash);
  assert.equal(scheduler.fragmentation().milliFree, 1400);
});

test("S8: a refusal says whether waiting can help", () => {
  const scheduler = buildScheduler("best-fit", [
    buildNode({ id: "a", cpu: 4000, devices: [1000, 600], kind: "T4" }),
    buildNode({ id: "b", cpu: 8000 }),
  ]);
  scheduler.apply(submit("holder", buildRequest({ cpu: 4000, count: 1 })));
  assert.deepEqual(scheduler.decide(NOW, noRandom), [place("holder", "a", [0])]);
  const cases: [string, ResourceRequest][] = [
    ["cannot-now", buildRequest({ count: 1, milli: 601 })],
    ["cannot-now", buildRequest({ cpu: 1, count: 1, milli: 100 })],
    ["cannot-now", buildRequest({ count: 2, milli: 600, kinds: ["T4"] })],
    ["can-never", buildRequest({ count: 2, milli: 601 })],
    ["can-never", buildRequest({ cpu: 4001, count: 1, milli: 1 })],
    ["can-never", buildRequest({ count: 1, milli: 1, kinds: ["A100"] })],
    ["can-never", buildRequest({ memory: 1 })],
    ["can-never", buildRequest({ cpu: 8001 })],
  ];
  for (const [index, [, request]] of cases.entries()) {
    scheduler.apply(submit(`w${index}`, request));
  }
  const answers = scheduler.decide(NOW, noRandom).map((action) => {
    assert.ok(action.kind === "wait");
    return action.refusal.kind;
  });
  assert.deepEqual(
    answers,
    cases.map(([kind]) => kind),
  );
});

test("S8: what an empty node could hold is found anew when nodes come and go", () => {
  const scheduler = buildScheduler("best-fit", [buildNode({ id: "a", cpu: 1000 })]);
  const answer = () => {
    const [action] = scheduler.decide(NOW, noRandom);
    return action?.kind === "wait" ? action.refusal.message : action?.kind;
  };
  scheduler.apply(submit("w", buildRequest({ cpu: 1000, memory: 1 })));
  const never = "work w would not fit on any of the 1 nodes even if it were empty";
  assert.equal(answer(), never);
  assert.equal(answer(), never);
  const large = buildNode({ id: "b", cpu: 1000, memory: 1 });
  scheduler.apply(submit("filler", buildRequest({ cpu: 1000, memory: 1 })));
  scheduler.apply(end("w"));
  scheduler.apply({ kind: "node-added", node: large });
  assert.equal(answer(), "place");
  scheduler.apply(submit("w", buildRequest({ cpu: 1000, memory: 1 })));
  assert.equal(answer(), "work w fits on none of the 2 nodes at the moment");
  scheduler.apply(end("filler"));
  scheduler.apply({ kind: "node-removed", node: nodeId("b") });
  assert.equal(answer(), never);
});

test("M4: ids are unique, and events name what is there", () => {
  const node = buildNode({ id: "a", cpu: 1000 });
  const scheduler = buildScheduler("fgd", [node]);
  scheduler.apply(submit("w", buildRequest({})));
  const before = scheduler.hash();
  const refused: [string, Event][] = [
    ["can-never duplicate-node", { kind: "node-added", node }],
    ["can-never unknown-node", { kind: "node-removed", node: nodeId("b") }],
    ["can-never duplicate-work", submit("w", buildRequest({ cpu: 5 }))],
    ["can-never unknown-work", end("v")],
  ];
  for (const [reason, event] of refused) assert.equal(refusalOf(scheduler, event), reason);
  assert.equal(scheduler.hash(), before);
  scheduler.decide(NOW, noRandom);
  assert.equal(refusalOf(scheduler, submit("w", buildRequest({}))), "can-never duplicate-work");
});

test("M1, M2: a node or request with a quantity out of range is refused", () => {
  const scheduler = buildScheduler("fgd");
  const node = { ...buildNode({ id: "a", cpu: 0 }), cpu: -1 as MilliCpu };
  const request = { ...buildRequest({}), cpu: 0.5 as MilliCpu };
  assert.equal(refusalOf(scheduler, { kind: "node-added", node }), "can-never invalid-node");
  assert.equal(refusalOf(scheduler, submit("w", request)), "can-never invalid-request");
  assert.equal(scheduler.nodeCount + scheduler.pendingCount, 0);
});

test("M3: the 32nd device kind is refused, of a node and of a request", () => {
  const scheduler = buildScheduler("fgd");
  const nodeOf = (kind: number) =>
    buildNode({ id: `n${kind}`, cpu: 0, kind: `kind-${kind}`, devices: [1000] });
  for (let kind = 0; kind < 31; kind += 1) {
    assert.equal(refusalOf(scheduler, { kind: "node-added", node: nodeOf(kind) }), undefined);
  }
  const tooMany = "can-never too-many-device-kinds";
  assert.equal(refusalOf(scheduler, { kind: "node-added", node: nodeOf(31) }), tooMany);
  const requestOf = (kind: string) => buildRequest({ count: 1, kinds: ["kind-0", kind] });
  assert.equal(refusalOf(scheduler, submit("w", requestOf("kind-31"))), tooMany);
  assert.equal(refusalOf(scheduler, submit("w", requestOf("kind-30"))), undefined);
  assert.equal(scheduler.nodeCount, 31);
});

test("S2: a request refused for its kinds takes no room from the kinds of others", () => {
  const scheduler = buildScheduler("fgd");
  const kinds = Array.from({ length: 32 }, (_, index) => `kind-${index}`);
  scheduler.apply(submit("any", buildRequest({ count: 1 })));
  const before = scheduler.hash();
  assert.equal(
    refusalOf(scheduler, submit("w", buildRequest({ count: 1, kinds }))),
    "can-never too-many-device-kinds",
  );
  assert.equal(scheduler.hash(), before);
  const node = buildNode({ id: "a", cpu: 0, kind: "another", devices: [1000] });
  assert.equal(refusalOf(scheduler, { kind: "node-added", node }), undefined);
});

test("S5: the hash of work that takes any kind is the same whatever kinds a model has met", () => {
  const hashes = [[], ["T4"]].map((kinds) => {
    const request = buildRequest({ count: 1, kinds });
    const scheduler = new Scheduler(buildModel("fgd", { classes: [{ request, count: 1 }] }));
    scheduler.apply(submit("w", buildRequest({ count: 1 })));
    return scheduler.hash();
  });
  assert.equal(hashes[0], hashes[1]);
});

test("S5: the hash tells states apart", () => {
  const device = buildNode({ id: "a", cpu: 4000, memory: 4, devices: [1000, 1000] });
  const share = buildRequest({ count: 1, milli: 500 });
  const setups: { policy?: string; nodes?: (typeof device)[]; events?: Event[] }[] = [
    {},
    { policy: "best-fit" },
    { nodes: [] },
    { nodes: [buildNode({ id: "b", cpu: 4000, memory: 4, devices: [1000, 1000] })] },
    { nodes: [buildNode({ id: "a", cpu: 4001, memory: 4, devices: [1000, 1000] })] },
    { nodes: [buildNode({ id: "a", cpu: 4000, memory: 5, devices: [1000, 1000] })] },
    { nodes: [buildNode({ id: "a", cpu: 4000, memory: 4, devices: [1000, 999] })] },
    { nodes: [buildNode({ id: "a", cpu: 4000, memory: 4, kind: "B", devices: [1000, 1000] })] },
    { nodes: [device, buildNode({ id: "b", cpu: 1 })] },
    { nodes: [buildNode({ id: "b", cpu: 1 }), device] },
    { events: [submit("w", share)] },
    { events: [submit("v", share)] },
    { events: [submit("w", share), submit("v", share)] },
    { events: [submit("v", share), submit("w", share)] },
    { events: [submit("w", buildRequest({ count: 1, milli: 500, kinds: ["A"] }))] },
    { events: [submit("w", buildRequest({ count: 1, milli: 500, kinds: ["A", "B"] }))] },
    { events: [submit("w", buildRequest({ count: 1, milli: 501 }))] },
    { events: [submit("w", buildRequest({ cpu: 1 }))] },
    { events: [submit("w", buildRequest({ memory: 1 }))] },
  ];
  const hashes = setups.map(({ policy = "fgd", nodes = [device], events = [] }) => {
    const scheduler = buildScheduler(policy, nodes);
    runSteps(scheduler, events, noRandom);
    return scheduler.hash();
  });
  assert.equal(new Set(hashes).size, setups.length);
  const placed = buildScheduler("fgd", [device]);
  runSteps(placed, [submit("w", share), { kind: "decide" }], noRandom);
  assert.ok(!hashes.includes(placed.hash()));
});

test("S5: the order in which kinds are named or met makes no difference", () => {
  const hashes = [
    ["A", "B"],
    ["B", "A"],
  ].map((kinds) => {
    const scheduler = buildScheduler("fgd");
    scheduler.apply(submit("w", buildRequest({ count: 1, kinds })));
    return scheduler.hash();
  });
  assert.equal(hashes[0], hashes[1]);
});

test("S6: a fork goes its own way", () => {
  const original = buildScheduler("gpu-packing", [buildNode({ id: "a", cpu: 1000 })]);
  original.apply(submit("w", buildRequest({ cpu: 600 })));
  const before = original.hash();
  const fork = original.fork();
  assert.equal(fork.hash(), before);
  assert.deepEqual(fork.decide(NOW, noRandom), [place("w", "a")]);
  fork.apply(submit("v", buildRequest({ cpu: 600 })));
  assert.equal(original.hash(), before);
  assert.deepEqual(original.decide(NOW, noRandom), [place("w", "a")]);
  original.apply(end("w"));
  assert.equal(fork.decide(NOW, noRandom)[0]?.kind, "wait");
});

test("P2: a cluster without nodes holds no work, not even work that needs nothing", () => {
  for (const { name } of PLACEMENT_POLICIES) {
    const scheduler = buildScheduler(name);
    scheduler.apply(submit("w", buildRequest({})));
    const [action] = scheduler.decide(NOW, noRandom);
    assert.ok(action?.kind === "wait", name);
    assert.equal(action.refusal.code, "larger-than-any-node");
  }
});

test("P7: the cluster's fragmentation is the sum over its nodes", () => {
  const half = buildRequest({ cpu: 1000, count: 1, milli: 500 });
  const scheduler = new Scheduler(buildModel("fgd", { classes: [{ request: half, count: 3 }] }));
  const nodes = [
    buildNode({ id: "usable", cpu: 1000, devices: [1000, 499] }),
    buildNode({ id: "no-cpu", cpu: 999, devices: [1000, 1000] }),
    buildNode({ id: "none", cpu: 999 }),
  ];
  for (const node of nodes) scheduler.apply({ kind: "node-added", node });
  assert.deepEqual(scheduler.fragmentation(), { milliFree: 3499, milliFragmented: 2499 });
});
