import type { Node } from "../../model/node.ts";
import { requestedMilli, type ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI } from "../../model/units.ts";

export type Accelerators = NonNullable<ResourceRequest["accelerators"]>;

/** So many equal members of a gang. */
export interface GangPart {
  readonly request: ResourceRequest;
  readonly count: number;
}

/** Equal nodes, and their number. */
export interface NodeGroup {
  readonly node: Node;
  readonly count: number;
}

/** States of the search after which the question stays open. */
const STATES_MAX = 2000;

/** What is left of a node; `milli` of its devices, ascending. */
interface Left {
  readonly shape: number;
  readonly cpu: number;
  readonly memory: number;
  readonly milli: readonly number[];
}

/** Nodes with equally much left are one entry: which of them takes a member is no choice. */
type State = ReadonlyMap<string, { readonly left: Left; readonly count: number }>;

/**
 * Whether surely no placement holds all parts at once on empty nodes; `false` also where the search
 * ends undecided. Depth first, members with most devices and cores first, on the fullest nodes first.
 * O(STATES_MAX × states of nodes).
 *
 * @param nodes each shape once. A part asks for whole devices, or for a share of one.
 */
export function isUnpackable(nodes: readonly NodeGroup[], parts: readonly GangPart[]): boolean {
  const ordered = parts.toSorted(
    ({ request: left }, { request: right }) =>
      requestedMilli(right) - requestedMilli(left) ||
      right.cpu - left.cpu ||
      right.memory - left.memory,
  );
  const members = ordered.flatMap(({ count }, part) => Array<number>(count).fill(part));
  const failed = new Set<string>();
  let states = 0;

  function fits(member: number, state: State): boolean {
    if (member === members.length) return true;
    const groups = Array.from(state, ([name, { count }]) => `${name}x${count}`);
    const key = `${member} ${groups.toSorted(compareText).join(" ")}`;
    if (failed.has(key)) return false;
    states += 1;
    if (states > STATES_MAX) return true;
    const { request } = ordered[members[member]];
    const inOrder = [...state.values()].toSorted((one, other) => one.left.cpu - other.left.cpu);
    for (const { left } of inOrder) {
      for (const after of placings(nodes[left.shape].node, left, request)) {
        if (fits(member + 1, moved(state, left, after))) return true;
      }
    }
    failed.add(key);
    return false;
  }

  return !fits(0, startOf(nodes));
}

/** Number of the node's devices, all or none, that are of a kind and size that will do. */
export function devicesFor(node: Node, { memory, kinds }: Accelerators): number {
  const [device] = node.devices;
  if (device === undefined || device.memory < (memory ?? 0)) return 0;
  return kinds.length === 0 || kinds.includes(device.kind) ? node.devices.length : 0;
}

function startOf(nodes: readonly NodeGroup[]): State {
  return new Map(
    nodes.map(({ node: { cpu, memory, devices }, count }, shape) => {
      const left = { shape, cpu, memory, milli: devices.map(() => DEVICE_MILLI) };
      return [keyOf(left), { left, count }];
    }),
  );
}

/** What may be left of the node with one more member; devices with equally much left are one choice. */
function placings(node: Node, left: Left, { cpu, memory, accelerators }: ResourceRequest): Left[] {
  if (left.cpu < cpu || left.memory < memory) return [];
  const rest = { shape: left.shape, cpu: left.cpu - cpu, memory: left.memory - memory };
  if (accelerators === undefined) return [{ ...rest, milli: left.milli }];
  const { count, milli } = accelerators;
  if (devicesFor(node, accelerators) < count) return [];
  const choices: Left[] = [];
  for (let first = 0; first + count <= left.milli.length; first += 1) {
    if (left.milli[first] < milli || left.milli[first] === left.milli[first - 1]) continue;
    const after = left.milli.map((free, device) =>
      device >= first && device < first + count ? free - milli : free,
    );
    choices.push({ ...rest, milli: after.toSorted((one, other) => one - other) });
  }
  return choices;
}

function moved(state: State, before: Left, after: Left): State {
  const next = new Map(state);
  change(next, before, -1);
  change(next, after, 1);
  return next;
}

function change(
  state: Map<string, { readonly left: Left; readonly count: number }>,
  left: Left,
  by: 1 | -1,
): void {
  const key = keyOf(left);
  const count = (state.get(key)?.count ?? 0) + by;
  if (count === 0) state.delete(key);
  else state.set(key, { left, count });
}

function keyOf({ shape, cpu, memory, milli }: Left): string {
  return `${shape}/${cpu}/${memory}/${milli.join("-")}`;
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
