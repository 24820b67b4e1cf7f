import type { Refusal } from "../model/refusal.ts";
import type { ManifestKind } from "../manifest/manifest.ts";
import type { ObjectKind } from "./objects.ts";

/** What has become of one manifest. */
export interface AppliedObject {
  readonly kind: ManifestKind;
  readonly name: string;
  readonly outcome: "created" | "configured" | "unchanged";
  readonly resourceVersion: string;
}

/** What would happen, or has been begun, at once: nothing is said of what comes later. */
export interface Plan {
  readonly starts: readonly string[];
  readonly waits: readonly { readonly name: string; readonly refusal: Refusal }[];
  /** Who leaves, and for whom. */
  readonly leaves: readonly {
    readonly name: string;
    readonly how: "suspend" | "stop" | "shrink" | "sleep";
    readonly reason: string;
    readonly for: string;
  }[];
}

/** Answer to `apply`. With `dryRun` nothing was changed, and resourceVersion is that of now, or "". */
export interface ApplyAnswer {
  readonly dryRun: boolean;
  readonly results: readonly AppliedObject[];
  readonly plan: Plan;
}

/** Answer to `delete`. */
export interface DeleteAnswer {
  readonly kind: ObjectKind;
  readonly name: string;
  /** `deleting`: its processes are asked to end, and it is gone when they are. */
  readonly outcome: "deleted" | "deleting";
}

/** Why a job waits, as proven on a copy of the scheduler. */
export interface WhyAnswer {
  readonly job: string;
  readonly phase: string;
  /** The scheduler's own words; absent when nothing is in its way. */
  readonly refusal?: Refusal;
  /** Changes that were tried on a copy; each says whether the job started then. */
  readonly trials: readonly {
    /** Such as `without the jobs of queue b`. */
    readonly change: string;
    readonly starts: boolean;
    /** What it would take or displace. */
    readonly effect: string;
  }[];
}
