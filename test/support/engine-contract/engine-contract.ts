import { describe, test } from "node:test";
import type { Engine } from "../../../src/engine/engine.ts";
import type { Workload } from "../../../src/engine/simulated/workload.ts";
import { type ContractCase, workloadOf } from "./contract-case.ts";
import { FAULT_CASES } from "./fault-cases.ts";
import { GANG_CASES } from "./gang-cases.ts";
import { PROGRESS_CASES } from "./progress-cases.ts";
import { REPLICA_CASES } from "./replica-cases.ts";
import { Stage } from "./stage.ts";

/** An engine that the contract is played on, and what it takes to play. */
export interface Subject {
  /**
   * Time in which the engine surely starts or ends a process and reports it. All cases are written
   * in beats and state order alone, so that a longer beat only makes them slower.
   */
  readonly beatMs: number;
  /** Nodes that it can have: cases with more are left out. */
  readonly nodesMax: 1 | 2;
  /**
   * A fresh engine that meets this workload; its times count from now. Members run programs that do
   * what their job says: work so long, save, crash. Planned events are made to happen: a lost node,
   * a failed device, a replica that crashes. What jobs and services say that coming and going takes
   * (`suspendMs`, `startMs`, ...) is what a scheduler expects; the engine need not take so long.
   */
  open(workload: Workload): Opened | Promise<Opened>;
}

/** A fresh engine, and how to end all that it still runs; absent if there is nothing to end. */
export interface Opened {
  readonly engine: Engine;
  readonly close?: () => Promise<void>;
}

/** All clauses, in the order of the port's documentation. */
export const CONTRACT_CASES: readonly ContractCase[] = [
  ...GANG_CASES,
  ...PROGRESS_CASES,
  ...FAULT_CASES,
  ...REPLICA_CASES,
];

/**
 * Registers one test for each clause of the port in `src/engine/engine.ts`.
 * @param options atOnce: cases that are played at the same time, 1 if not given.
 */
export function engineContract(
  name: string,
  subject: Subject,
  { atOnce = 1 }: { readonly atOnce?: number } = {},
): void {
  describe(`${name} engine`, { concurrency: atOnce }, () => {
    for (const clause of CONTRACT_CASES) {
      if ((clause.nodes ?? 1) > subject.nodesMax) continue;
      test(`${name} engine: ${clause.name}`, () => playCase(clause, subject));
    }
  });
}

/** Plays one case. @throws Error, saying what was broken, if the engine breaks the contract. */
export async function playCase(clause: ContractCase, subject: Subject): Promise<void> {
  const { engine, close } = await subject.open(workloadOf(clause, subject.beatMs));
  try {
    const stage = new Stage(engine, subject.beatMs);
    await stage.begin();
    await clause.play(stage);
    await stage.end();
  } finally {
    await close?.();
  }
}
