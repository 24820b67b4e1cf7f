/** Something that becomes due. */
export interface Due {
  readonly atMs: number;
  /** What is due: a number that the owner understands. */
  readonly what: number;
}

/** A binary heap of what becomes due, the earliest first, then in order of entry. O(log entries). */
export class Timetable {
  readonly #heap: (Due & { readonly order: number })[] = [];
  #entered = 0;

  /** Time of the earliest entry. */
  get nextMs(): number | undefined {
    return this.#heap[0]?.atMs;
  }

  add(atMs: number, what: number): void {
    const entry = { atMs, what, order: this.#entered };
    this.#entered += 1;
    const heap = this.#heap;
    let place = heap.length;
    heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (isBefore(heap[parent], entry)) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = entry;
  }

  /** Takes the earliest entry out if it is due at `nowMs`. */
  takeDue(nowMs: number): number | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) this.#sink(last);
    return first.what;
  }

  /** Entries in order. */
  save(): Due[] {
    const inOrder = this.#heap.toSorted((left, right) => (isBefore(left, right) ? -1 : 1));
    return inOrder.map(({ atMs, what }) => ({ atMs, what }));
  }

  static restore(saved: readonly Due[]): Timetable {
    const timetable = new Timetable();
    for (const { atMs, what } of saved) timetable.add(atMs, what);
    return timetable;
  }

  #sink(entry: Due & { readonly order: number }): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], entry)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = entry;
  }
}

function isBefore(
  left: { readonly atMs: number; readonly order: number },
  right: { readonly atMs: number; readonly order: number },
): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order);
}
