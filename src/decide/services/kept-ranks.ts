/**
 * Replicas by rank: wanted now, or kept because they were wanted a short time ago (rule A2). Up at
 * once, down only when a rank has not been wanted for the keep-alive time.
 */
export class KeptRanks {
  #wanted = 0;
  /**
   * Until when the replica of each rank stays after its last need. It never grows with the rank: a
   * higher rank was needed last no later than a lower one.
   */
  #keptUntilMs: number[] = [];

  /** So many are wanted from now on. O(change), amortized. */
  want(nowMs: number, wanted: number, keepAliveMs: number): void {
    const untilMs = nowMs + keepAliveMs;
    while (this.#keptUntilMs.length > wanted && this.#keptUntilMs.at(-1)! <= nowMs) {
      this.#keptUntilMs.pop();
    }
    for (let rank = wanted; rank < this.#wanted; rank += 1) this.#keptUntilMs[rank] = untilMs;
    for (let rank = this.#wanted; rank < wanted; rank += 1) {
      this.#keptUntilMs[rank] = Number.POSITIVE_INFINITY;
    }
    this.#wanted = wanted;
  }

  /** How many are wanted or kept. */
  count(nowMs: number): number {
    let count = this.#wanted;
    while (count < this.#keptUntilMs.length && this.#keptUntilMs[count] > nowMs) count += 1;
    return count;
  }

  /** When `count` falls if nothing else is wanted until then. */
  nextFallMs(nowMs: number): number | undefined {
    const count = this.count(nowMs);
    return count > this.#wanted ? this.#keptUntilMs[count - 1] : undefined;
  }

  /** The same past, of at most `ranksMax`. */
  static restore([wanted, ...keptUntilMs]: readonly number[], ranksMax: number): KeptRanks {
    const ranks = new KeptRanks();
    const all = [...Array.from({ length: wanted }, () => Infinity), ...keptUntilMs];
    ranks.#wanted = Math.min(wanted, ranksMax);
    ranks.#keptUntilMs = all.slice(0, ranksMax);
    return ranks;
  }

  /** The state in numbers: how many are wanted, and until when each one beyond them is kept. */
  *content(): Generator<number> {
    yield this.#wanted;
    for (const untilMs of this.#keptUntilMs.slice(this.#wanted)) yield untilMs;
  }
}
