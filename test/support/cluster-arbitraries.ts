import fc from "fast-check";
import type { Event } from "../../src/model/event.ts";
import { type NodeId, nodeId, type WorkId, workId } from "../../src/model/ids.ts";
import type { Node } from "../../src/model/node.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { gpuMilli, type MilliCpu, mib, milliCpu } from "../../src/model/units.ts";
import type { WorkloadProfile } from "../../src/model/workload-profile.ts";

/** One step of a script: an event, or a call of `decide`. */
export type Step = Event | { readonly kind: "decide" };

/** A life of a cluster: nodes that are there from the start, what is expected, what happens. */
export interface Script {
  readonly nodes: readonly Node[];
  readonly profile: WorkloadProfile;
  readonly steps: readonly Step[];
}

const KINDS = ["A", "B", "C"];

interface NodeOptions {
  readonly id: string;
  readonly cpu: number;
  readonly memory?: number;
  readonly kind?: string;
  /** Milli free by device. */
  readonly devices?: readonly number[];
}

export function buildNode({ id, cpu, memory = 0, kind = "A", devices = [] }: NodeOptions): Node {
  return {
    id: nodeId(id),
    cpu: milliCpu(cpu),
    memory: mib(memory),
    devices: devices.map((milli) => ({ kind, memory: mib(0), milliFree: gpuMilli(milli) })),
  };
}

interface RequestOptions {
  readonly cpu?: number;
  readonly memory?: number;
  /** Devices; 0 or absent for work without any. */
  readonly count?: number;
  readonly milli?: number;
  readonly kinds?: readonly string[];
}

export function buildRequest(options: RequestOptions): ResourceRequest {
  const { cpu = 0, memory = 0, count = 0, milli = 1000, kinds = [] } = options;
  const room = { cpu: milliCpu(cpu), memory: mib(memory) };
  if (count === 0) return room;
  return { ...room, accelerators: { count, milli: gpuMilli(milli), kinds } };
}

/** Few distinct values, so that ties, exact fits and equal states are common. */
const cpuOfNode = fc.constantFrom(0, 4000, 8000, 12_000, 96_000);
const memoryOfNode = fc.constantFrom(0, 16, 64, 1024);
const milliOfNode = fc.oneof(
  { weight: 6, arbitrary: fc.constant(1000) },
  { weight: 1, arbitrary: fc.constantFrom(0, 300, 999) },
);

export function arbitraryNode(id: string): fc.Arbitrary<Node> {
  return fc
    .record({
      cpu: cpuOfNode,
      memory: memoryOfNode,
      kind: fc.constantFrom(...KINDS),
      devices: fc.array(milliOfNode, { maxLength: 5 }),
    })
    .map((options) => buildNode({ id, ...options }));
}

export const arbitraryRequest: fc.Arbitrary<ResourceRequest> = fc
  .record({
    cpu: fc.constantFrom(0, 500, 1000, 4000, 8000, 100_000),
    memory: fc.constantFrom(0, 0, 4, 16, 100),
    count: fc.constantFrom(0, 1, 1, 1, 1, 2, 3, 6),
    milli: fc.constantFrom(1, 100, 250, 300, 500, 700, 999, 1000, 1000),
    kinds: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray(KINDS) },
    ),
  })
  .map(buildRequest);

export const arbitraryProfile: fc.Arbitrary<WorkloadProfile> = fc
  .array(fc.record({ request: arbitraryRequest, count: fc.integer({ min: 1, max: 60 }) }), {
    maxLength: 8,
  })
  .map((classes) => ({ classes }));

/** Ids from a small range: duplicates and unknown ones come by themselves. */
const arbitraryNodeId: fc.Arbitrary<NodeId> = fc
  .integer({ min: 0, max: 11 })
  .map((index) => nodeId(`node-${index}`));
const arbitraryWorkId: fc.Arbitrary<WorkId> = fc
  .integer({ min: 0, max: 49 })
  .map((index) => workId(`work-${index}`));

const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("work-submitted" as const),
      work: arbitraryWorkId,
      request: arbitraryRequest,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("work-ended" as const), work: arbitraryWorkId }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("node-added" as const),
      node: arbitraryNodeId.chain(arbitraryNode),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("node-removed" as const), node: arbitraryNodeId }),
  },
);

export const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: arbitraryEvent },
    { weight: 1, arbitrary: fc.constant({ kind: "decide" } as const) },
  ),
  { maxLength: 80, size: "max" },
);

/** Mostly a handful of nodes; at times enough for three levels of 32 or for a table to grow. */
const arbitraryNodes: fc.Arbitrary<readonly Node[]> = fc
  .oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 10 }) },
    { weight: 1, arbitrary: fc.constantFrom(32, 33, 64, 65, 150) },
  )
  .chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => arbitraryNode(`node-${index}`))),
  );

export const arbitraryScript: fc.Arbitrary<Script> = fc.record({
  nodes: arbitraryNodes,
  profile: arbitraryProfile,
  steps: arbitrarySteps,
});

const BAD_QUANTITIES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31];

/** A quantity that no constructor of the model lets through. */
const arbitraryBadQuantity = fc.constantFrom(...BAD_QUANTITIES).map((value) => value as MilliCpu);

function manyKinds(serial: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `kind-${serial + index}`);
}

/** Events that are refused whatever came before, and some that soon run out of device kinds. */
export const arbitraryStrangeEvents: fc.Arbitrary<readonly Event[]> = fc
  .record({
    node: arbitraryNodeId.chain(arbitraryNode),
    work: arbitraryWorkId,
    bad: arbitraryBadQuantity,
    serial: fc.nat(60),
    kinds: fc.integer({ min: 1, max: 35 }),
  })
  .map(({ node, work, bad, serial, kinds }) => [
    { kind: "node-added", node: { ...node, cpu: bad } },
    { kind: "work-submitted", work, request: { ...buildRequest({}), cpu: bad } },
    {
      kind: "work-submitted",
      work,
      request: buildRequest({ count: 1, kinds: manyKinds(serial, kinds) }),
    },
    {
      kind: "node-added",
      node: buildNode({ id: node.id, cpu: 4000, kind: `kind-${serial}`, devices: [1000, 500] }),
    },
  ]);
