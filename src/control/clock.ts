/** The time as the control plane knows it. */
export interface Clock {
  /** Milliseconds since 1970. It never goes back while the process lives. */
  nowMs(): number;
  /** Calls once, in so many milliseconds or a little later, unless it is cancelled. */
  after(ms: number, call: () => void): () => void;
}
