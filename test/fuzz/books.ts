import type { Milliseconds } from "../../src/model/units.ts";
import type { ClaimWatch } from "./claim-watch.ts";
import type { JobWatch } from "./job-watch.ts";
import type { KeptWatch } from "./kept-watch.ts";
import type { PhysicalWatch } from "./physical-watch.ts";
import type { QueueWatch } from "./queue-watch.ts";
import type { Room } from "./room.ts";
import type { ServiceWatch } from "./service-watch.ts";

/** All that is known of a life from its events and actions, kept without asking the scheduler. */
export interface Books {
  nowMs: number;
  readonly graceMs: Milliseconds;
  /** What is free by the scheduler's view: what leaves holds nothing any more. */
  readonly logical: Room;
  /** What is physically free. */
  readonly ground: Room;
  readonly physical: PhysicalWatch;
  readonly kept: KeptWatch;
  readonly queues: QueueWatch;
  readonly jobs: JobWatch;
  readonly claims: ClaimWatch;
  readonly services: ServiceWatch;
}
