/** What the API's server takes at most, and how long it waits. All that comes from outside is bounded. */
export interface ServerLimits {
  readonly bodyBytes: number;
  /** Request line and headers together. */
  readonly headerBytes: number;
  /** Time for the headers, and for the whole request, to come. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How often these times are looked at. */
  readonly checkMs: number;
  /** How long a connection without a request stays open. */
  readonly idleMs: number;
  readonly connections: number;
  /** Requests that a client may send before it has the answer to an earlier one. */
  readonly pipelined: number;
  /** Watches and logs that are sent at once. */
  readonly streams: number;
  /** Time between the signs of life of a watch. */
  readonly heartbeatMs: number;
  /** Who takes nothing of an answer for so long, a log's excepted, is cut off. */
  readonly stallMs: number;
  /** The same of a log, which somebody may read in a pager. */
  readonly logStallMs: number;
  /** How often a log that is followed is looked at. */
  readonly logPollMs: number;
  /** Time that answers have to be sent when the server closes. */
  readonly closeMs: number;
}

export const SERVER_LIMITS: ServerLimits = {
  bodyBytes: 4 * 1024 * 1024,
  headerBytes: 16 * 1024,
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1000,
  idleMs: 5000,
  connections: 256,
  pipelined: 8,
  streams: 64,
  heartbeatMs: 15_000,
  stallMs: 30_000,
  logStallMs: 600_000,
  logPollMs: 200,
  closeMs: 1000,
};
