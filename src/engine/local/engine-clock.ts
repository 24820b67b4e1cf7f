/** The time as an engine on this machine knows it. */
export interface EngineClock {
  /** Milliseconds since 1970; the machine's clock may go back. */
  nowMs(): number;
  /** Calls once in so many milliseconds, unless it is cancelled. */
  after(ms: number, call: () => void): () => void;
}

/** Calls once in so many milliseconds, unless it is cancelled: `after` of clocks that are real. */
export function callAfter(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
}

/** A clock all of whose calls can be called off at once: what waits by it then waits for ever. */
export class ClosableClock implements EngineClock {
  readonly #clock: EngineClock;
  readonly #cancels = new Set<() => void>();
  #isClosed = false;

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  nowMs(): number {
    return this.#clock.nowMs();
  }

  after(ms: number, call: () => void): () => void {
    if (this.#isClosed) return () => {};
    const cancel = this.#clock.after(ms, () => {
      this.#cancels.delete(cancel);
      call();
    });
    this.#cancels.add(cancel);
    return () => {
      this.#cancels.delete(cancel);
      cancel();
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
