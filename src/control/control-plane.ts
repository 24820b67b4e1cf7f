import type { ApiErrorBody } from "../api/api-error.ts";
import type { ApplyAnswer, CancelAnswer, DeleteAnswer, WhyAnswer } from "../api/answers.ts";
import type { ApiObject, EventRecord, ObjectChange, ObjectKind } from "../api/objects.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Result } from "../model/result.ts";

export type ApiFailure = ApiErrorBody["error"];

/** What the API's server asks of the control plane. Answers come when what they say is journaled. */
export interface ControlPlane {
  /** All manifests or none. `versions`: resourceVersion that an object must have, by `kind/name`. */
  apply(
    manifests: readonly Manifest[],
    options: { readonly dryRun: boolean; readonly versions: ReadonlyMap<string, string> },
  ): Promise<Result<ApplyAnswer, ApiFailure>>;
  delete(
    kind: ObjectKind,
    name: string,
    resourceVersion: string | undefined,
  ): Promise<Result<DeleteAnswer, ApiFailure>>;
  /** Ends a job; what is known of it stays. Of one that has ended nothing changes. */
  cancel(
    job: string,
    resourceVersion: string | undefined,
  ): Promise<Result<CancelAnswer, ApiFailure>>;
  /** Sorted by name. */
  list(kind: ObjectKind): {
    readonly objects: readonly ApiObject[];
    readonly resourceVersion: string;
  };
  get(kind: ObjectKind, name: string): ApiObject | undefined;
  /** Changes after a version (of a list, or of an object), in order, then those to come. */
  watch(
    kinds: ReadonlySet<ObjectKind>,
    resourceVersion: string,
    stop: AbortSignal,
  ): Result<AsyncIterable<ObjectChange>, ApiFailure>;
  why(job: string): Promise<Result<WhyAnswer, ApiFailure>> | Result<WhyAnswer, ApiFailure>;
  /** Those after a sequence, the newest last; at most `limit`, the newest ones. */
  events(options: {
    readonly about?: { readonly kind: ObjectKind; readonly name: string };
    readonly after: number;
    readonly limit: number;
  }): readonly EventRecord[];
}
