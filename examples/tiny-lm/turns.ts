/** One at a time, in the order of coming, and a bounded number that wait. */
export class Turns {
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /**
   * Resolves to true when the turn has come, and then `giveBack` must follow; to false when `signal`
   * is aborted before. Undefined: too many wait.
   */
  take(signal: AbortSignal): Promise<boolean> | undefined {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return Promise.resolve(true);
    }
    if (this.#waiting.length >= this.#waitingMax) return undefined;
    return new Promise((resolve) => {
      const begin = () => resolve(true);
      this.#waiting.push(begin);
      signal.addEventListener("abort", () => {
        const index = this.#waiting.indexOf(begin);
        if (index < 0) return; // Its turn has come already: who took it sees the signal.
        this.#waiting.splice(index, 1);
        resolve(false);
      });
    });
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#isTaken = false;
    else next();
  }
}
