const LINE_END = 10;
/** Longest line that is kept until its end comes, in bytes. */
const LINE_BYTES_MAX = 64 * 1024;
const NOTHING = Buffer.alloc(0);

/** Puts a text before each line of a stream of bytes; lines are let through whole. */
export class LinePrefix {
  readonly #prefix: Buffer;
  #rest: Buffer = NOTHING;

  constructor(prefix: string) {
    this.#prefix = Buffer.from(prefix);
  }

  /** The lines that are whole now. */
  push(bytes: Uint8Array): Buffer {
    const all = Buffer.concat([this.#rest, bytes]);
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = all.indexOf(LINE_END); end !== -1; end = all.indexOf(LINE_END, start)) {
      lines.push(this.#prefix, all.subarray(start, end + 1));
      start = end + 1;
    }
    this.#rest = Buffer.from(all.subarray(start));
    if (this.#rest.length > LINE_BYTES_MAX) lines.push(this.end());
    return Buffer.concat(lines);
  }

  /** The last line, ended. */
  end(): Buffer {
    const rest = this.#rest;
    this.#rest = NOTHING;
    return rest.length === 0 ? rest : Buffer.concat([this.#prefix, rest, Buffer.from([LINE_END])]);
  }
}
