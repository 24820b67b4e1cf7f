import type { WriteStream } from "node:tty";

/** Elsewhere than on a terminal, a line of progress at most this often. */
const PLAIN_INTERVAL_MS = 10_000;

/** One line of progress: rewritten in place on a terminal, a line now and then elsewhere. */
export class ProgressLine {
  readonly #stream: WriteStream;
  readonly #clock: () => number;
  #shownAtMs: number;
  #isShown = false;

  constructor(stream: WriteStream, clock: () => number) {
    this.#stream = stream;
    this.#clock = clock;
    this.#shownAtMs = clock();
  }

  /** `total` is left out where nobody knows it. */
  show(done: number, total: number | undefined, what: string): void {
    const text =
      total === undefined
        ? `${done} ${what}`
        : `${done} of ${total} ${what} (${Math.floor((100 * done) / total)} %)`;
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001B[2K${text}`);
      this.#isShown = true;
      return;
    }
    const nowMs = this.#clock();
    if (nowMs - this.#shownAtMs < PLAIN_INTERVAL_MS) return;
    this.#shownAtMs = nowMs;
    this.#stream.write(`${text}\n`);
  }

  /** Takes the line away so that other text can stand in its place. */
  clear(): void {
    if (!this.#isShown) return;
    this.#stream.write("\r\u001B[2K");
    this.#isShown = false;
  }
}
