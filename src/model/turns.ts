/** Lets what comes over a connection be dealt with one after the other, in its order. */
export class Turns<Connection extends object> {
  readonly #waitingMax: number;
  readonly #lines = new WeakMap<Connection, (() => void)[]>();

  /** @param waitingMax turns of one connection that wait beside the one that is under way. */
  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** Whether something of the connection is under way. */
  isTaken(connection: Connection): boolean {
    return this.#lines.has(connection);
  }

  /**
   * Calls `begin` now, or when all before it are done; `done`, to be called once, says that it is.
   * @returns whether it will be; false if as many wait as may.
   */
  take(connection: Connection, begin: (done: () => void) => void): boolean {
    const start = () => begin(() => this.#next(connection));
    const line = this.#lines.get(connection);
    if (line === undefined) {
      this.#lines.set(connection, []);
      start();
      return true;
    }
    if (line.length >= this.#waitingMax) return false;
    line.push(start);
    return true;
  }

  #next(connection: Connection): void {
    const start = this.#lines.get(connection)?.shift();
    if (start === undefined) this.#lines.delete(connection);
    else start();
  }
}
