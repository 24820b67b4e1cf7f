import type { FillBound } from "../simulate/bound/fill-bound.ts";
import type { RunTrial } from "../simulate/compare/compare-pools.ts";
import type { FillInput } from "../simulate/fill-input.ts";
import type { FillTask } from "../simulate/fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";
import type { Scenario } from "../simulate/scenario/scenario.ts";
import type { MachineHost } from "./machine-host.ts";
import type { UserHost } from "./user-host.ts";

/** What commands need of the world; `main/` gives the real one. */
export interface Host {
  readonly version: string;
  readonly user: UserHost;
  /** This machine's own control plane. */
  readonly machine: MachineHost;
  /** Writes to standard output: results, and nothing else. */
  print(text: string): void;
  /** Writes one line to standard error: progress, warnings. */
  note(line: string): void;
  /** Runs the tasks on all cores, showing progress; results come in the order of the tasks. */
  runFill(input: FillInput, tasks: readonly FillTask[]): Promise<FillResult[]>;
  /** The same for bounds, one for each seed. */
  runBounds(input: FillInput, seeds: readonly number[]): Promise<FillBound[]>;
  /** Lends what runs trials of a scenario on all cores, showing progress, for as long as `use` runs. */
  withTrials<Result>(scenario: Scenario, use: (run: RunTrial) => Promise<Result>): Promise<Result>;
  /** Shows how far a long run has come: `done` of what `unit` names. */
  progress(done: number, unit: string): void;
  /** @throws UsageError if files of these names cannot be written into the folder. */
  checkFolder(folder: string, names: readonly string[]): Promise<void>;
  /** Writes files into a folder, which is made if needed. @throws UsageError if it cannot. */
  writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void>;
}
