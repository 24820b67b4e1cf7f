/** One request: when it is sent after the start, and how many steps the service computes for it. */
export interface PlannedRequest {
  readonly atMs: number;
  readonly work: number;
}

/** What the load is told. */
export interface Load {
  readonly port: number;
  readonly requests: readonly PlannedRequest[];
}

/** What it measured, in milliseconds, in the order of the requests. */
export interface Measured {
  /** From the time at which each was to be sent until its answer was complete. */
  readonly latenciesMs: readonly number[];
  /** From that time until it was sent: what the load itself adds. */
  readonly latenessMs: readonly number[];
  readonly spanMs: number;
  /** CPU time of the load itself. */
  readonly cpuMs: number;
}

/** What the meter is told: whom to look at, and for how long. */
export interface MeterOrder {
  readonly id: string;
  readonly spanMs: number;
}

/** What it saw, at a time since 1970. */
export interface Reading {
  readonly atMs: number;
  readonly cpuMs: number;
}
