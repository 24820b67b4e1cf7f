import { nodeId } from "../../model/ids.ts";
import type { Node, Overcommit } from "../../model/node.ts";
import { DEVICE_MILLI, gpuMilli, mib } from "../../model/units.ts";
import { readOpenbNodes } from "../../trace/openb.ts";
import type { NodesShape } from "./scenario-shape.ts";
import { type Draft, locateTrace, noteIgnored } from "./trace-source.ts";

const NODES_MAX = 1_000_000;

/**
 * The cluster's nodes in the order in which the scenario lists them.
 *
 * @throws InputError for a node that stands twice.
 */
export async function buildNodes(draft: Draft, sources: readonly NodesShape[]): Promise<Node[]> {
  const nodes: Node[] = [];
  const names = new Set<string>();
  for (const [index, source] of sources.entries()) {
    const overcommit = overcommitOf(source);
    for (const plain of await readNodes(draft, source, index)) {
      const node = overcommit === undefined ? plain : { ...plain, overcommit };
      if (names.has(node.id)) {
        throw draft.text.refuse("duplicate-name", ["nodes", index], `node ${node.id} stands twice`);
      }
      if (names.size === NODES_MAX) {
        throw draft.text.refuse("too-large", ["nodes", index], `more than ${NODES_MAX} nodes`);
      }
      names.add(node.id);
      nodes.push(node);
    }
  }
  return nodes;
}

/** `count` nodes like this one, called `prefix-0`, `prefix-1` and so on. */
export function cloneNodes(node: Node, prefix: string, count: number): Node[] {
  return Array.from({ length: count }, (_, index) => ({
    ...node,
    id: nodeId(`${prefix}-${index}`),
  }));
}

function overcommitOf({ overcommit }: NodesShape): Overcommit | undefined {
  return overcommit && { cpuMax: overcommit.cpu, headroom: overcommit.headroom };
}

async function readNodes(draft: Draft, source: NodesShape, index: number): Promise<Node[]> {
  if ("csv" in source) {
    const file = locateTrace(draft, source.csv, ["nodes", index, "csv"])!;
    return readOpenbNodes(file, noteIgnored(draft));
  }
  const { name, count, cpu, memory, gpus, kind = "", gpuMemory = mib(0) } = source;
  const device = { kind, memory: gpuMemory, milliFree: gpuMilli(DEVICE_MILLI) };
  const devices = Array.from({ length: gpus }, () => device);
  return cloneNodes({ id: nodeId(name), cpu, memory, devices }, name, count);
}
