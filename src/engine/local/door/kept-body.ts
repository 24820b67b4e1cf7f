/** Bytes that all kept bodies of a door take together. */
export class KeptBytes {
  readonly #max: number;
  #bytes = 0;

  constructor(max: number) {
    this.#max = max;
  }

  take(bytes: number): boolean {
    if (this.#bytes + bytes > this.#max) return false;
    this.#bytes += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/** What was read of a request's body, kept to be sent again until it is dropped. */
export class KeptBody {
  readonly #bytesMax: number;
  readonly #total: KeptBytes;
  #chunks: Buffer[] | undefined = [];
  #bytes = 0;

  /** @param bytesMax beyond it nothing is kept. */
  constructor(bytesMax: number, total: KeptBytes) {
    this.#bytesMax = bytesMax;
    this.#total = total;
  }

  /** All that was read; nothing if some of it is not there any more. */
  get chunks(): readonly Buffer[] | undefined {
    return this.#chunks;
  }

  push(chunk: Buffer): void {
    if (this.#chunks === undefined) return;
    const fits = this.#bytes + chunk.length <= this.#bytesMax && this.#total.take(chunk.length);
    if (!fits) return this.drop();
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  drop(): void {
    this.#chunks = undefined;
    this.#total.give(this.#bytes);
    this.#bytes = 0;
  }
}
