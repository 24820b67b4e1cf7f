import assert from "node:assert/strict";
import { test } from "node:test";
import type { ResourceRequest } from "../../model/resources.ts";
import { gpuMilli, mib, milliCpu } from "../../model/units.ts";
import type { WorkloadProfile } from "../../model/workload-profile.ts";
import { PlacementModel } from "../placement/placement-model.ts";
import { CpuBalance } from "./cpu-balance.ts";
import { CpuShortfall } from "./cpu-shortfall.ts";
import { neuraxis } from "./neuraxis.ts";
import { NodePotential } from "./node-potential.ts";

const CORE = 1000;

function request(cores: number, count: number, milli: number): ResourceRequest {
  const room = { cpu: milliCpu(cores * CORE), memory: mib(0) };
  if (count === 0) return room;
  return { ...room, accelerators: { count, milli: gpuMilli(milli), kinds: [] } };
}

/** A model whose profile has the given requests in equal parts. */
function modelOf(requests: readonly ResourceRequest[], cpuPerGpuMilli?: number): PlacementModel {
  const classes = requests.map((each) => ({ request: each, count: 1 }));
  const profile: WorkloadProfile =
    cpuPerGpuMilli === undefined ? { classes } : { classes, cpuPerGpuMilli };
  return new PlacementModel(neuraxis, profile);
}

function potentialOf(model: PlacementModel, profile: WorkloadProfile): NodePotential {
  const { states, classes, kinds } = model;
  return new NodePotential({ states, classes, kinds, profile });
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

function setOf(model: PlacementModel, ...milli: number[]): number {
  return model.states.sets.intern(Int32Array.from(milli), 0, milli.length);
}

/** Halves that need no CPU: only prices and the concave term are left of the potential. */
const halves = request(0, 1, 500);

test("N1: a node with nothing left on its devices has no potential", () => {
  const model = modelOf([halves]);
  const potential = potentialOf(model, { classes: [{ request: halves, count: 1 }] });
  near(potential.of(8 * CORE, setOf(model, 0, 0)), 0);
});

test("N1: prices add up over devices", () => {
  const model = modelOf([halves]);
  const potential = potentialOf(model, { classes: [{ request: halves, count: 1 }] });
  const price = (milli: number): number => potential.of(0, setOf(model, milli));
  near(potential.of(0, setOf(model, 300, 700)), price(300) + price(700));
});

test("N2: a residual that no piece fits into is lost, one that fits exactly is not", () => {
  const model = modelOf([halves]);
  const potential = potentialOf(model, { classes: [{ request: halves, count: 1 }] });
  near(potential.of(0, setOf(model, 490)), 490 + 0.05 * Math.sqrt(490_000));
  near(potential.of(0, setOf(model, 500)), 0.05 * Math.sqrt(500_000));
  near(potential.of(0, setOf(model, 700)), 200 + 0.05 * Math.sqrt(700_000));
});

test("N3: the demand that needs least CPU is served first, up to its mean need", () => {
  const balance = new CpuBalance([
    { milli: 500, cpuPerMilli: 12 },
    { milli: 500, cpuPerMilli: 4 },
  ]);
  near(balance.servable(0), 0);
  near(balance.servable(2), 0.25);
  near(balance.servable(4), 0.5);
  near(balance.servable(6), 0.75);
  near(balance.servable(8), 1);
  near(balance.servable(100), 1);
});

test("N3: demand that needs no CPU can always be served", () => {
  const balance = new CpuBalance([
    { milli: 250, cpuPerMilli: 0 },
    { milli: 750, cpuPerMilli: 8 },
  ]);
  near(balance.servable(0), 0.25);
  near(balance.servable(3), 0.625);
});

test("N4: each class misses the part of its CPU that is not there", () => {
  const shortfall = new CpuShortfall([
    { cpu: 4000, weight: 0.5 },
    { cpu: 8000, weight: 0.25 },
    { cpu: 0, weight: 0.25 },
  ]);
  near(shortfall.of(0), 0.75);
  near(shortfall.of(2000), 0.5 * 0.5 + 0.25 * 0.75);
  near(shortfall.of(4000), 0.25 * 0.5);
  near(shortfall.of(8000), 0);
});

test("N5: misfit counts only where CPU is scarce, and fully from a pressure of 1", () => {
  const whole = request(4, 1, 1000);
  const classes = [{ request: whole, count: 1 }];
  const phiAt = (cpuPerGpuMilli: number): number => {
    const model = modelOf([whole], cpuPerGpuMilli);
    const potential = potentialOf(model, { classes, cpuPerGpuMilli });
    return potential.of(1000 * CORE, setOf(model, 900));
  };
  // Nothing fits into 900: 900 is lost, and M is 1. Pressure is 4 over what the cluster has.
  const price = 900 + 0.05 * Math.sqrt(900_000);
  near(phiAt(5), price);
  near(phiAt(4 / 0.95), price + 0.5 * 0.5 * 900);
});

test("N6: above a pressure of 0.97 milli are kept together", () => {
  const whole = request(4, 1, 1000);
  const classes = [{ request: whole, count: 1 }];
  const cpuPerGpuMilli = 4;
  const model = modelOf([whole], cpuPerGpuMilli);
  const potential = potentialOf(model, { classes, cpuPerGpuMilli });
  // Pressure 1: σ = 50 · 0.03.
  near(potential.ofCpu(1000 * CORE, 2000), -1.5 * Math.sqrt(2000));
  assert.ok(2 * potential.ofCpu(1000 * CORE, 2000) < potential.ofCpu(1000 * CORE, 4000));
});

test("N7: the score is the fall of the potential in steps of 10 milli", () => {
  const model = modelOf([halves]);
  const potential = potentialOf(model, { classes: [{ request: halves, count: 1 }] });
  const shape = model.states.internShape([-1, 8 * CORE, 0, 2, 0]);
  const set = setOf(model, 700, 1000);
  const state = model.states.intern([shape, 8 * CORE, 0, set, 0]);
  const id = model.classes.intern(halves)!;
  const fallOn = (...after: number[]): number =>
    potential.of(8 * CORE, set) - potential.of(8 * CORE, setOf(model, ...after));
  const best = Math.max(fallOn(200, 1000), fallOn(700, 500));
  assert.equal(model.score(state, id), Math.round(best / 10));
});

test("N7: among devices that leave the same behind a share takes the one with least left", () => {
  const model = modelOf([halves]);
  const shape = model.states.internShape([-1, 8 * CORE, 0, 2, 0]);
  const state = model.states.intern([shape, 8 * CORE, 0, setOf(model, 500, 1000), 0]);
  const id = model.classes.intern(halves)!;
  const onHalf = model.scorer.deviceScore(state, id, 500);
  const onWhole = model.scorer.deviceScore(state, id, 1000);
  assert.ok(onHalf > onWhole);
});
