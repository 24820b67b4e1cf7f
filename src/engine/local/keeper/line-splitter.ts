/** Cuts a stream of bytes into lines of UTF-8, and never holds more than one line that is too long. */
export class LineSplitter {
  readonly #bytesMax: number;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** @param bytesMax longest line, without its end. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /**
   * The lines that these bytes complete.
   * @returns undefined once a line is longer than allowed; the stream is then of no more use.
   */
  push(chunk: Buffer): string[] | undefined {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      if (!this.#hold(chunk.subarray(start, end))) return undefined;
      lines.push(Buffer.concat(this.#pieces).toString("utf8"));
      this.#pieces = [];
      this.#bytes = 0;
      start = end + 1;
    }
    return this.#hold(chunk.subarray(start)) ? lines : undefined;
  }

  #hold(piece: Buffer): boolean {
    if (piece.length > 0) this.#pieces.push(piece);
    this.#bytes += piece.length;
    return this.#bytes <= this.#bytesMax;
  }
}
