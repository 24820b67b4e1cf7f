/** Gives the least of what is in it, again and again. A binary heap. */
export class LeastHeap<Entry> {
  readonly #entries: Entry[];
  readonly #compare: (left: Entry, right: Entry) => number;

  /** Takes the list over. O(entries). */
  constructor(entries: Entry[], compare: (left: Entry, right: Entry) => number) {
    this.#entries = entries;
    this.#compare = compare;
    for (let place = (entries.length >> 1) - 1; place >= 0; place -= 1) this.#sink(place);
  }

  /** O(log entries). */
  push(entry: Entry): void {
    const entries = this.#entries;
    let place = entries.length;
    entries.push(entry);
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#compare(entry, entries[above]) >= 0) break;
      entries[place] = entries[above];
      place = above;
    }
    entries[place] = entry;
  }

  /** Takes the least out; `undefined` if there is nothing. O(log entries). */
  pop(): Entry | undefined {
    const entries = this.#entries;
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return last;
    const least = entries[0];
    entries[0] = last;
    this.#sink(0);
    return least;
  }

  #sink(from: number): void {
    const entries = this.#entries;
    const entry = entries[from];
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= entries.length) break;
      const other = below + 1;
      if (other < entries.length && this.#compare(entries[other], entries[below]) < 0)
        below = other;
      if (this.#compare(entry, entries[below]) <= 0) break;
      entries[place] = entries[below];
      place = below;
    }
    entries[place] = entry;
  }
}
