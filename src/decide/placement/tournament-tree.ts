const FANOUT_BITS = 5;
const FANOUT = 1 << FANOUT_BITS;

/** Below every score: nothing fits there. */
export const UNFIT = -32_768;

/**
 * Maximum of one 16-bit score for each row, with the lowest row first among equals. Each level
 * holds the maxima of groups of FANOUT of the level below. `set` costs O(levels) when the maximum of
 * a group rises or stays, O(FANOUT) a level when it falls; `best` costs O(FANOUT × levels).
 */
export class TournamentTree {
  readonly #levels: Int16Array[] = [];
  readonly #rows: number;

  constructor(rows: number) {
    this.#rows = rows;
    let length = Math.max(rows, 1);
    for (;;) {
      this.#levels.push(new Int16Array(length).fill(UNFIT));
      if (length === 1) return;
      length = Math.ceil(length / FANOUT);
    }
  }

  /** Score of the winner, UNFIT if there is none. */
  get top(): number {
    return this.#levels.at(-1)![0];
  }

  /** The lowest row with the highest score, or -1 if every row is UNFIT. */
  best(): number {
    const { top } = this;
    if (top === UNFIT) return -1;
    let place = 0;
    for (let level = this.#levels.length - 2; level >= 0; level -= 1) {
      const scores = this.#levels[level];
      place <<= FANOUT_BITS;
      while (scores[place] !== top) place += 1;
    }
    return place;
  }

  set(row: number, score: number): void {
    const last = this.#levels.length - 1;
    let place = row;
    let value = score;
    for (let level = 0; ; level += 1) {
      const scores = this.#levels[level];
      const before = scores[place];
      if (before === value) return;
      scores[place] = value;
      if (level === last) return;
      place >>= FANOUT_BITS;
      const maximum = this.#levels[level + 1][place];
      if (value < maximum) {
        if (before < maximum) return;
        value = groupMaximum(scores, place);
      }
    }
  }

  /** Puts the scores of all rows at once. O(rows). */
  fill(scoreOf: (row: number) => number): void {
    const leaves = this.#levels[0];
    for (let row = 0; row < this.#rows; row += 1) leaves[row] = scoreOf(row);
    for (let level = 1; level < this.#levels.length; level += 1) {
      const below = this.#levels[level - 1];
      const scores = this.#levels[level];
      for (let group = 0; group < scores.length; group += 1) {
        scores[group] = groupMaximum(below, group);
      }
    }
  }
}

function groupMaximum(scores: Int16Array, group: number): number {
  const start = group << FANOUT_BITS;
  const end = Math.min(start + FANOUT, scores.length);
  let maximum = scores[start];
  for (let place = start + 1; place < end; place += 1) {
    if (scores[place] > maximum) maximum = scores[place];
  }
  return maximum;
}
