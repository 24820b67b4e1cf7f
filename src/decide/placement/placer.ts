import type { Random } from "../../model/random.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { ClusterTable } from "../cluster/cluster-table.ts";
import type { PlacementModel } from "./placement-model.ts";
import { TournamentTree, UNFIT } from "./tournament-tree.ts";

/** Nodes of one class, ranked as they were when `seen` changes had happened. */
interface Ranking {
  readonly tree: TournamentTree;
  readonly rows: number;
  seen: number;
}

/**
 * Finds the best node for a class of work. Each class has a ranking of its own, brought up to date
 * only when a piece of work of that class comes: O(nodes changed since the last one) look-ups in
 * the model's scores, then O(log nodes) for the maximum.
 */
export class Placer {
  readonly #model: PlacementModel;
  readonly #table: ClusterTable;
  readonly #rankings: (Ranking | undefined)[] = [];
  #candidates = new Int32Array(64);

  constructor(model: PlacementModel, table: ClusterTable) {
    this.#model = model;
    this.#table = table;
  }

  /** Row of the node that the policy takes for the class, or -1 if it fits nowhere (rule P2). */
  pickRow(request: number, random: Random): number {
    if (this.#model.policy.isRandom) return this.#drawRow(request, random);
    return this.#ranking(request).tree.best();
  }

  /** True iff the class fits somewhere. */
  fitsAnywhere(request: number): boolean {
    if (!this.#model.policy.isRandom) return this.#ranking(request).tree.top !== UNFIT;
    for (let row = 0; row < this.#table.rows; row += 1) {
      if (this.#table.fits(row, request)) return true;
    }
    return false;
  }

  /** Devices of the row that the class takes, ascending (rules P3 and P4). It fits on the row. */
  pickDevices(row: number, request: number, random: Random): number[] {
    const { classes } = this.#model;
    const count = classes.count[request];
    if (count === 0) return [];
    if (classes.isShare(request)) {
      return [
        this.#model.policy.isRandom
          ? this.#drawDevice(row, request, random)
          : this.#bestDevice(row, request),
      ];
    }
    return this.#leastFreeDevices(row, request);
  }

  #score(row: number, request: number): number {
    return this.#table.fits(row, request)
      ? this.#model.score(this.#table.state[row], request)
      : UNFIT;
  }

  #ranking(request: number): Ranking {
    const ranking = this.#rankings[request];
    if (ranking === undefined || ranking.rows !== this.#table.rows) return this.#rank(request);
    this.#refresh(ranking, request);
    return ranking;
  }

  #rank(request: number): Ranking {
    const { rows } = this.#table;
    const ranking = { tree: new TournamentTree(rows), rows, seen: this.#table.changes.count };
    ranking.tree.fill((row) => this.#score(row, request));
    while (this.#rankings.length <= request) this.#rankings.push(undefined);
    this.#rankings[request] = ranking;
    return ranking;
  }

  #refresh(ranking: Ranking, request: number): void {
    const table = this.#table;
    const { count, kept, last } = table.changes;
    if (count - ranking.seen > kept) {
      ranking.tree.fill((row) => this.#score(row, request));
    } else {
      for (let change = ranking.seen; change < count; change += 1) {
        const row = table.changes.rowOf(change);
        if (last[row] === change) ranking.tree.set(row, this.#score(row, request));
      }
    }
    ranking.seen = count;
  }

  #drawRow(request: number, random: Random): number {
    const table = this.#table;
    if (this.#candidates.length < table.rows) this.#candidates = new Int32Array(table.rows * 2);
    let found = 0;
    for (let row = 0; row < table.rows; row += 1) {
      if (!table.fits(row, request)) continue;
      this.#candidates[found] = row;
      found += 1;
    }
    return found === 0 ? -1 : this.#candidates[random.below(found)];
  }

  #bestDevice(row: number, request: number): number {
    const { model, start, end, milli } = this.#deviceRange(row, request);
    const state = this.#table.state[row];
    let best = -1;
    let bestScore = 0;
    for (let device = start; device < end; device += 1) {
      const free = this.#table.deviceMilli[device];
      if (free < milli) continue;
      const score = model.scorer.deviceScore(state, request, free);
      if (best === -1 || score > bestScore) {
        best = device - start;
        bestScore = score;
      }
    }
    return best;
  }

  #drawDevice(row: number, request: number, random: Random): number {
    const { start, end, milli } = this.#deviceRange(row, request);
    const fitting: number[] = [];
    for (let device = start; device < end; device += 1) {
      if (this.#table.deviceMilli[device] >= milli) fitting.push(device - start);
    }
    return fitting[random.below(fitting.length)];
  }

  /** The `count` fitting devices with least left, lowest index among equals. */
  #leastFreeDevices(row: number, request: number): number[] {
    const { start, end, milli } = this.#deviceRange(row, request);
    const count = this.#model.classes.count[request];
    const fitting: number[] = [];
    for (let device = start; device < end; device += 1) {
      if (this.#table.deviceMilli[device] < milli) continue;
      fitting.push(device - start);
      if (milli === DEVICE_MILLI && fitting.length === count) return fitting;
    }
    const free = (device: number): number => this.#table.deviceMilli[start + device];
    return fitting
      .toSorted((left, right) => free(left) - free(right) || left - right)
      .slice(0, count)
      .toSorted((left, right) => left - right);
  }

  #deviceRange(row: number, request: number) {
    return {
      model: this.#model,
      start: this.#table.deviceStart[row],
      end: this.#table.deviceStart[row + 1],
      milli: this.#model.classes.milli[request],
    };
  }
}
