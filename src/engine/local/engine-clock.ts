/** The time as an engine on this machine knows it. */
export interface EngineClock {
  /** Milliseconds since 1970; the machine's clock may go back. */
  nowMs(): number;
  /** Calls once in so many milliseconds, unless it is cancelled. */
  after(ms: number, call: () => void): () => void;
}
