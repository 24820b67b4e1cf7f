import type * as shapes from "./answer-shapes.ts";
import type { Shaped } from "./shape-parts.ts";

/** What has become of one manifest. */
export type AppliedObject = Shaped<typeof shapes.appliedObject>;

/** What would happen, or has been begun, at once: nothing is said of what comes later. */
export type Plan = Shaped<typeof shapes.plan>;

/** Answer to `apply`. With `dryRun` nothing was changed, and resourceVersion is that of now, or "". */
export type ApplyAnswer = Shaped<typeof shapes.applyAnswer>;

/** Answer to `delete`. `deleting`: its processes are asked to end, and it is gone when they are. */
export type DeleteAnswer = Shaped<typeof shapes.deleteAnswer>;

/** Answer to `cancel`. `cancelling`: its processes are asked to end. `ended`: it had ended by itself. */
export type CancelAnswer = Shaped<typeof shapes.cancelAnswer>;

/** Why a job waits, as proven on a copy of the scheduler. */
export type WhyAnswer = Shaped<typeof shapes.whyAnswer>;

export type VersionAnswer = Shaped<typeof shapes.versionAnswer>;

/** What becomes of the processes when the control plane ends. */
export type ShutdownOrder = Shaped<typeof shapes.shutdownOrder>;

export type HealthAnswer = Shaped<typeof shapes.healthAnswer>;

export type EventsAnswer = Shaped<typeof shapes.eventsAnswer>;

/** What work uses now. */
export type UsageAnswer = Shaped<typeof shapes.usageAnswer>;
