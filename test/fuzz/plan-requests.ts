import type { ResourceRequest } from "../../src/model/resources.ts";
import { gpuMilli, mib, milliCpu } from "../../src/model/units.ts";
import type { Dice } from "./dice.ts";

/** Kinds of devices, with the memory of each in MiB. */
export const DEVICE_KINDS: Readonly<Record<string, number>> = {
  fast: 80_000,
  plain: 40_000,
  slow: 16_000,
};

/** Most devices that one member or replica asks for. */
const DEVICES_A_PIECE_MAX = 8;

/** A request that some of the nodes of a plan could hold. */
export function planRequest(dice: Dice, countMax = DEVICES_A_PIECE_MAX): ResourceRequest {
  const cpu = milliCpu(dice.of(0, 500, 1000, 1000, 2000, 4000));
  const memory = mib(dice.of(0, 8, 16, 16, 32, 64));
  if (dice.percent(15)) return { cpu: milliCpu(dice.of(500, 1000, 6000)), memory };
  const count = Math.min(countMax, dice.of(1, 1, 1, 1, 2, 2, 3, 4, 8));
  const milli = gpuMilli(
    count === 1
      ? dice.of(100, 250, 300, 500, 500, 700, 1000, 1000, 1000)
      : dice.of(400, 1000, 1000, 1000, 1000),
  );
  const all = Object.keys(DEVICE_KINDS);
  const accepted = dice.percent(70) ? all : dice.some(all);
  const kinds = accepted.length === all.length ? [] : accepted;
  const deviceMemory = dice.maybe(10, () => mib(DEVICE_KINDS[dice.of(...accepted)]));
  const accelerators = {
    count,
    milli,
    kinds,
    ...(deviceMemory === undefined ? {} : { memory: deviceMemory }),
  };
  return { cpu, memory, accelerators };
}
