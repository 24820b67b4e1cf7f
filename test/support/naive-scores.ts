import type { ResourceRequest } from "../../src/model/resources.ts";
import type { WorkloadProfile } from "../../src/model/workload-profile.ts";

/** What a score may read of a node. */
export interface NaiveState {
  readonly kind: string | undefined;
  readonly cpuFree: number;
  readonly milliFree: readonly number[];
  readonly sorts: ReadonlySet<number>;
}

export interface NaiveClass {
  readonly cpu: number;
  readonly milli: number;
  readonly count: number;
  readonly kinds: readonly string[];
  readonly weight: number;
}

type NaiveScore = (state: NaiveState, request: ResourceRequest) => number;

/** Rule P6, by counting pieces of work one class after the other. */
export function naiveTypical(profile: WorkloadProfile): NaiveClass[] {
  const rows = new Map<string, { key: readonly (number | string)[]; kinds: readonly string[] }>();
  const occurrences = new Map<string, number>();
  for (const { request, count } of profile.classes) {
    const { milli = 0, count: devices = 0, kinds = [] } = request.accelerators ?? {};
    const key = [request.cpu, milli, devices, kinds.join("|")];
    const name = JSON.stringify(key);
    rows.set(name, { key, kinds });
    occurrences.set(name, (occurrences.get(name) ?? 0) + count);
  }
  const ordered = [...rows].map(([name, { key, kinds }]) => ({
    key,
    kinds,
    often: occurrences.get(name) ?? 0,
  }));
  ordered.sort((left, right) =>
    compareDescending([left.often, ...left.key], [right.often, ...right.key]),
  );
  const total = ordered.reduce((sum, { often }) => sum + often, 0);
  let taken = 0;
  while (taken < ordered.length && covered(ordered, taken) / total < 0.95) taken += 1;
  const share = covered(ordered, taken) / total;
  return ordered.slice(0, taken).map(({ key, kinds, often }) => ({
    cpu: Number(key[0]),
    milli: Number(key[1]),
    count: Number(key[2]),
    kinds,
    weight: often / total / share,
  }));
}

function covered(ordered: readonly { often: number }[], taken: number): number {
  return ordered.slice(0, taken).reduce((sum, { often }) => sum + often, 0);
}

function compareDescending(
  left: readonly (number | string)[],
  right: readonly (number | string)[],
): number {
  const at = left.findIndex((value, index) => value !== right[index]);
  if (at === -1) return 0;
  return left[at] > right[at] ? -1 : 1;
}

/** Rule P7, term by term. */
export function naiveFragmentation(typical: readonly NaiveClass[], state: NaiveState): number {
  const whole = sum(state.milliFree);
  const hasCpu = ({ cpu }: NaiveClass) => state.cpuFree >= cpu;
  const isKind = ({ kinds }: NaiveClass) =>
    kinds.length === 0 || kinds.some((kind) => kind === state.kind);
  const wantsDevices = ({ count }: NaiveClass) => count > 0;
  const hasDevices = ({ count, milli }: NaiveClass) =>
    state.milliFree.filter((free) => free >= milli).length >= count;
  const amount = (each: NaiveClass) =>
    wantsDevices(each) && isKind(each) && hasCpu(each) && hasDevices(each)
      ? sum(state.milliFree.filter((free) => free < each.milli))
      : whole;
  const right = (each: NaiveClass) => wantsDevices(each) && isKind(each);
  const groups: ((each: NaiveClass) => boolean)[] = [
    (each) => right(each) && !hasCpu(each) && !hasDevices(each),
    (each) => right(each) && hasCpu(each),
    (each) => right(each) && !hasCpu(each) && hasDevices(each),
    (each) => !wantsDevices(each) && hasCpu(each),
    (each) => !wantsDevices(each) && !hasCpu(each),
    (each) => wantsDevices(each) && !isKind(each),
  ];
  return sum(
    groups.map((isIn) => sum(typical.filter(isIn).map((each) => each.weight * amount(each)))),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Rule P4: indices of the devices that work for more than a share takes. */
export function naiveDevices(milliFree: readonly number[], count: number, milli: number): number[] {
  const taken: number[] = [];
  while (taken.length < count) {
    let best = -1;
    milliFree.forEach((free, device) => {
      if (free < milli || taken.includes(device)) return;
      if (best === -1 || free < milliFree[best]) best = device;
    });
    taken.push(best);
  }
  return taken.toSorted((left, right) => left - right);
}

function after(state: NaiveState, request: ResourceRequest, devices: readonly number[]) {
  const milli = request.accelerators?.milli ?? 0;
  const milliFree = state.milliFree.map((free, device) =>
    devices.includes(device) ? free - milli : free,
  );
  return { ...state, cpuFree: state.cpuFree - request.cpu, milliFree };
}

/** Rule P8 for these devices. */
export function naiveFgd(
  typical: readonly NaiveClass[],
  state: NaiveState,
  move: { readonly request: ResourceRequest; readonly devices: readonly number[] },
): number {
  const before = naiveFragmentation(typical, state);
  const left = naiveFragmentation(typical, after(state, move.request, move.devices));
  return Math.trunc(100 * (1 / (1 + Math.exp(-(before - left) / 1000))));
}

/** Rules P9 to P12, by the policy's name. */
export const NAIVE_SCORES: Readonly<Record<string, NaiveScore>> = {
  "best-fit": (state, request) => {
    const cpuLeft = (state.cpuFree - request.cpu) / 128_000;
    const gpuLeft = (sum(state.milliFree) - wantedMilli(request)) / 8000;
    return Math.trunc(100 * (1 - (cpuLeft / 2 + gpuLeft / 2)));
  },
  "dot-product": (state, request) => {
    const cpu = (state.cpuFree / 128_000) * (request.cpu / 128_000);
    const gpu = (sum(state.milliFree) / 8000) * (wantedMilli(request) / 8000);
    return Math.trunc(100 * (1 - (cpu + gpu) / 2));
  },
  "gpu-packing": ({ milliFree }, { accelerators }) => {
    if (accelerators === undefined) return 0;
    const devices = milliFree.length;
    if (milliFree.every((free) => free === 1000)) return Math.max(33 - devices, devices);
    const taken = naiveDevices(milliFree, accelerators.count, accelerators.milli);
    const whole = taken.filter((device) => milliFree[device] === 1000).length;
    if (whole > 0) return Math.max(50 - whole, 33);
    return Math.max(50, 100 - Math.floor(sum(taken.map((device) => milliFree[device])) / 100));
  },
  "gpu-clustering": ({ milliFree, sorts }, { accelerators }) => {
    if (accelerators === undefined) return 0;
    const { count, milli } = accelerators;
    const isIn = sorts.has(count === 1 && milli < 1000 ? 0 : count);
    const fullness = Math.trunc((25 * (8000 - sum(milliFree))) / 8000);
    if (sorts.size === 0) return 25 + fullness;
    if (!isIn) return fullness;
    return (sorts.size === 1 ? 75 : 50) + fullness;
  },
};

function wantedMilli({ accelerators }: ResourceRequest): number {
  return accelerators === undefined ? 0 : accelerators.count * accelerators.milli;
}
