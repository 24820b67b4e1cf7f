import type { Socket } from "node:net";

/** What a frame carries. A frame is its length and kind, 4 and 1 bytes, then its content. */
export type FrameKind = "hello" | "welcome" | "refusal" | "share" | "total" | "bytes";

const KINDS: readonly FrameKind[] = ["hello", "welcome", "refusal", "share", "total", "bytes"];
const HEAD_BYTES = 5;
const FRAME_BYTES_MAX = 2 ** 28;
/** A machine that vanished without a word is noticed by unanswered probes after this long idle. */
const PROBE_AFTER_MS = 10_000;

interface Frame {
  readonly kind: FrameKind;
  readonly content: Buffer;
}

interface Waiting {
  readonly resolve: (frame: Frame) => void;
  readonly reject: (error: Error) => void;
}

/** Frames over a TCP connection, in order. One `receive` at a time. */
export class FrameChannel {
  readonly #socket: Socket;
  readonly #arrived: Frame[] = [];
  #pieces: Buffer[] = [];
  #pieceBytes = 0;
  #waiting: Waiting | undefined;
  #failure: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true).setKeepAlive(true, PROBE_AFTER_MS);
    socket.on("data", (piece: Buffer) => this.#take(piece));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  send(kind: FrameKind, content: Uint8Array): void {
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt32LE(content.byteLength);
    head.writeUInt8(KINDS.indexOf(kind), 4);
    this.#socket.write(head);
    this.#socket.write(content);
  }

  /** The next frame. Rejects when the connection is lost or nothing came within `limitMs`. */
  async receive(limitMs: number): Promise<Frame> {
    const frame = this.#arrived.shift();
    if (frame !== undefined) return frame;
    if (this.#failure !== undefined) throw this.#failure;
    const { promise, resolve, reject } = Promise.withResolvers<Frame>();
    const timer = setTimeout(() => reject(new Error(`no word for ${limitMs / 1000} s`)), limitMs);
    this.#waiting = { resolve, reject };
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  /** Lets what was sent go out, then ends the connection. */
  close(): void {
    this.#socket.end();
    this.#socket.unref();
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#pieceBytes += piece.length;
    for (;;) {
      if (this.#pieceBytes < HEAD_BYTES) return;
      if (this.#pieces[0].length < HEAD_BYTES) this.#pieces = [Buffer.concat(this.#pieces)];
      const length = this.#pieces[0].readUInt32LE();
      const kind = KINDS[this.#pieces[0].readUInt8(4)];
      if (length > FRAME_BYTES_MAX || kind === undefined) {
        this.#socket.destroy(new Error("what came is no frame"));
        return;
      }
      if (this.#pieceBytes < HEAD_BYTES + length) return;
      const bytes = Buffer.concat(this.#pieces);
      const rest = bytes.subarray(HEAD_BYTES + length);
      this.#pieces = [rest];
      this.#pieceBytes = rest.length;
      this.#deliver({ kind, content: bytes.subarray(HEAD_BYTES, HEAD_BYTES + length) });
    }
  }

  #deliver(frame: Frame): void {
    if (this.#waiting === undefined) {
      this.#arrived.push(frame);
      return;
    }
    this.#waiting.resolve(frame);
    this.#waiting = undefined;
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#waiting?.reject(this.#failure);
  }
}
