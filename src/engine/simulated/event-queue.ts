/** Something that will happen, unless it is cancelled. */
export interface Timer {
  readonly atMs: number;
  /** Order among timers of one time: that of their setting. */
  readonly sequence: number;
  readonly happen: () => void;
  isCancelled: boolean;
}

/**
 * What is to come, the earliest first: a binary heap ordered by time, then by order of setting.
 * O(log timers) to set and to take; a cancelled timer stays until its time.
 */
export class EventQueue {
  readonly #heap: Timer[] = [];
  #sequence = 0;

  set(atMs: number, happen: () => void): Timer {
    const timer: Timer = { atMs, sequence: this.#sequence, happen, isCancelled: false };
    this.#sequence += 1;
    this.#heap.push(timer);
    this.#rise(this.#heap.length - 1);
    return timer;
  }

  /** Time of the first timer that is not cancelled; `Infinity` without any. */
  firstMs(): number {
    while (this.#heap.length > 0 && this.#heap[0].isCancelled) this.#removeFirst();
    return this.#heap.length > 0 ? this.#heap[0].atMs : Number.POSITIVE_INFINITY;
  }

  /** Takes the first timer that is not cancelled, if its time is `nowMs` or earlier. */
  takeDue(nowMs: number): Timer | undefined {
    return this.firstMs() <= nowMs ? this.#removeFirst() : undefined;
  }

  #removeFirst(): Timer {
    const first = this.#heap[0];
    const last = this.#heap.pop()!;
    if (this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    const timer = heap[from];
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(timer, heap[parent])) break;
      heap[place] = heap[parent];
      place = parent;
    }
    heap[place] = timer;
  }

  #sink(): void {
    const heap = this.#heap;
    const timer = heap[0];
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child += 1;
      if (!isBefore(heap[child], timer)) break;
      heap[place] = heap[child];
      place = child;
    }
    heap[place] = timer;
  }
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence);
}
