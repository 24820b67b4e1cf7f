/** What bounds a door: nothing that comes from outside can make it hold more. */
export interface DoorLimits {
  /**
   * Requests of one service that wait. A body is not read meanwhile beyond what Node has taken from
   * the connection already, some 64 KiB.
   */
  readonly waitingMax: number;
  /** Milliseconds that a request may wait, those after a replica failed it included. */
  readonly waitMsMax: number;
  /** Milliseconds for which no request goes to a replica that refused a connection. */
  readonly restMs: number;
  /** Times that a request is sent to a replica which ends under it. Refused connections are free. */
  readonly attemptsMax: number;
  /** Bytes of a body that are kept until the answer begins, so that it can be sent again. */
  readonly keptBytesMax: number;
  /** The same of all requests together. */
  readonly keptBytesTotalMax: number;
  /**
   * Milliseconds in which `bodyBytesMin` of a body have to come, or the rest of it, once a replica is
   * held for it and has not answered.
   */
  readonly bodyIdleMs: number;
  readonly bodyBytesMin: number;
  /** Milliseconds after which a client is cut off that takes nothing of what there is for it. */
  readonly stallMs: number;
  /** Requests of a connection that wait while one is answered; who sends more is cut off. */
  readonly pipelined: number;
  /** Connections of clients; one more is closed at once. */
  readonly connectionsMax: number;
  /** Connections to one replica that are kept open for later requests. */
  readonly idleConnectionsMax: number;
}

/** A model may take a minute to start, and a prompt with pictures some hundred KiB. */
export const DOOR_LIMITS: DoorLimits = {
  waitingMax: 1024,
  waitMsMax: 120_000,
  restMs: 100,
  attemptsMax: 4,
  keptBytesMax: 2 ** 20,
  keptBytesTotalMax: 2 ** 26,
  bodyIdleMs: 30_000,
  bodyBytesMin: 1024,
  stallMs: 60_000,
  pipelined: 8,
  connectionsMax: 4096,
  idleConnectionsMax: 64,
};
