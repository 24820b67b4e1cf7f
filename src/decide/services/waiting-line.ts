/** Arrivals that are kept apart; more of them count as arrived with the last of these. */
const ENTRIES_MAX = 4096;

/**
 * When the requests arrived that wait for a replica, first come first served, known from how many
 * have arrived and how many have begun. O(arrivals) in all; memory is bounded.
 */
export class WaitingLine {
  /** Times of arrival, and how many arrived then; those before `#first` have begun. */
  #arrivedMs: number[] = [];
  #counts: number[] = [];
  #first = 0;

  arrive(nowMs: number, count: number): void {
    const last = this.#counts.length - 1;
    const isSame = last >= this.#first && this.#arrivedMs[last] === nowMs;
    if (isSame || this.#counts.length - this.#first >= ENTRIES_MAX) {
      this.#counts[last] += count;
    } else {
      this.#arrivedMs.push(nowMs);
      this.#counts.push(count);
    }
  }

  /** The first `count` leave the line. Returns how many of them had waited longer than `limitMs`. */
  begin(nowMs: number, count: number, limitMs: number): number {
    let left = count;
    let late = 0;
    while (left > 0 && this.#first < this.#counts.length) {
      const taken = Math.min(left, this.#counts[this.#first]);
      if (nowMs - this.#arrivedMs[this.#first] > limitMs) late += taken;
      this.#counts[this.#first] -= taken;
      left -= taken;
      if (this.#counts[this.#first] === 0) this.#first += 1;
    }
    this.#compact();
    return late;
  }

  /** Requests whose replica vanished wait again, before all others; they count as come just now. */
  giveBack(nowMs: number, count: number): void {
    this.#arrivedMs.splice(0, this.#first, nowMs);
    this.#counts.splice(0, this.#first, count);
    this.#first = 0;
  }

  /** How many arrived at `untilMs` or before. O(entries until then). */
  arrivedBy(untilMs: number): number {
    let count = 0;
    for (let entry = this.#first; entry < this.#counts.length; entry += 1) {
      if (this.#arrivedMs[entry] > untilMs) break;
      count += this.#counts[entry];
    }
    return count;
  }

  /** When the first of those arrived who came after `afterMs` and have `skipped` before them. */
  nextArrivalMs(afterMs: number, skipped: number): number | undefined {
    let before = 0;
    for (let entry = this.#first; entry < this.#counts.length; entry += 1) {
      before += this.#counts[entry];
      if (before > skipped && this.#arrivedMs[entry] > afterMs) return this.#arrivedMs[entry];
    }
    return undefined;
  }

  static restore(content: readonly number[]): WaitingLine {
    const line = new WaitingLine();
    for (let entry = 0; entry < content.length; entry += 2) {
      line.#arrivedMs.push(content[entry]);
      line.#counts.push(content[entry + 1]);
    }
    return line;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    for (let entry = this.#first; entry < this.#counts.length; entry += 1) {
      yield this.#arrivedMs[entry];
      yield this.#counts[entry];
    }
  }

  #compact(): void {
    if (this.#first < 64 || this.#first * 2 < this.#counts.length) return;
    this.#arrivedMs.splice(0, this.#first);
    this.#counts.splice(0, this.#first);
    this.#first = 0;
  }
}
