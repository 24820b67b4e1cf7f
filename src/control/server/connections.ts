import type { Socket } from "node:net";

/**
 * The connections to a server, of which there is a limit. Those that have not borne the token are in
 * nobody's way: the oldest of them is closed for one more, so that whoever has no token cannot keep
 * out whoever has it.
 */
export class Connections {
  readonly #max: number;
  /** Open ones. */
  readonly #all = new Set<Socket>();
  /** Those without the token, by age. */
  readonly #unknown = new Set<Socket>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a new one in, and closes one if there are too many: itself if all others are trusted. */
  add(socket: Socket): void {
    this.#all.add(socket);
    this.#unknown.add(socket);
    socket.once("close", () => this.#forget(socket));
    const [oldest] = this.#unknown;
    if (this.#all.size <= this.#max || oldest === undefined) return;
    this.#forget(oldest);
    oldest.destroy();
  }

  /** It has borne the token. */
  trust(socket: Socket): void {
    this.#unknown.delete(socket);
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#unknown.delete(socket);
  }
}
