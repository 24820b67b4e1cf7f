import { nodeId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import type { Random } from "../model/random.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu } from "../model/units.ts";
import type { WorkloadClass } from "../model/workload-profile.ts";
import type { PodList } from "../trace/openb.ts";
import { seededRandom } from "./seeded-random.ts";

/** [weight, cores, GiB, devices, kind]: the mix of Weng et al., USENIX ATC '23, in round numbers. */
const SHAPES = [
  [45, 96, 384, 8, "G2"],
  [32, 104, 512, 2, "T4"],
  [9, 16, 120, 2, "P100"],
  [4, 128, 768, 8, "G3"],
  [3, 32, 128, 4, "V100M16"],
  [3, 64, 256, 2, "P100"],
  [2, 96, 768, 8, "V100M32"],
  [2, 64, 256, 1, "T4"],
] as const;

/** [weight, devices, milli each]: shares of work by what it asks of GPUs, table 1 of the same. */
const DEMANDS = [
  [133, 0, 0],
  [378, 1, 0],
  [480, 1, DEVICE_MILLI],
  [2, 2, DEVICE_MILLI],
  [2, 4, DEVICE_MILLI],
  [5, 8, DEVICE_MILLI],
] as const;

/** [weight, milli] of shares of one device, generated: odd sizes, small and half-device ones most. */
const SHARES = [
  [4, 60],
  [8, 110],
  [6, 160],
  [10, 230],
  [8, 270],
  [8, 320],
  [7, 370],
  [8, 440],
  [14, 470],
  [10, 520],
  [6, 590],
  [6, 680],
  [5, 830],
] as const;

/** [weight, cores] for each device that is asked for, or for work that asks for none. */
const CORES = [
  [10, 2],
  [20, 4],
  [15, 6],
  [30, 8],
  [15, 12],
  [10, 16],
] as const;

/** A cluster of `count` nodes; the same seed gives the same cluster on every machine. */
export function generateNodes(count: number, seed: number): Node[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, index) => {
    const [, cores, gib, devices, kind] = draw(SHAPES, random);
    const device = { kind, memory: mib(0), milliFree: gpuMilli(DEVICE_MILLI) };
    return {
      id: nodeId(`node-${String(index).padStart(6, "0")}`),
      cpu: milliCpu(cores * 1000),
      memory: mib(gib * 1024),
      devices: Array.from({ length: devices }, () => device),
    };
  });
}

/** `count` pods; the same seed gives the same pods on every machine. */
export function generatePods(count: number, seed: number): PodList {
  const random = seededRandom(seed);
  const classes: { request: ResourceRequest; count: number }[] = [];
  const classOf = new Map<string, number>();
  const podClass = Int32Array.from({ length: count }, () => {
    const request = drawRequest(random);
    const key = JSON.stringify(request);
    const known = classOf.get(key);
    if (known !== undefined) {
      classes[known].count += 1;
      return known;
    }
    classOf.set(key, classes.length);
    return classes.push({ request, count: 1 }) - 1;
  });
  return { classes: classes satisfies WorkloadClass[], podClass };
}

function drawRequest(random: Random): ResourceRequest {
  const [, count, wholeMilli] = draw(DEMANDS, random);
  const [, cores] = draw(CORES, random);
  const perDevice = Math.max(count, 1);
  const room = { cpu: milliCpu(cores * perDevice * 1000), memory: mib(cores * perDevice * 3072) };
  if (count === 0) return room;
  const milli = wholeMilli === 0 ? draw(SHARES, random)[1] : wholeMilli;
  return { ...room, accelerators: { count, milli: gpuMilli(milli), kinds: [] } };
}

function draw<Row extends readonly [number, ...unknown[]]>(
  rows: readonly Row[],
  random: Random,
): Row {
  let left = random.below(rows.reduce((sum, [weight]) => sum + weight, 0));
  for (const row of rows) {
    left -= row[0];
    if (left < 0) return row;
  }
  throw new Error("a draw ran past the last row");
}
