import type { ObjectChange, ObjectKind } from "../api/objects.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import type { ApiFailure } from "./control-plane.ts";
import { failure } from "./failures.ts";
import type { VersionedChange } from "./views/views.ts";

/** Changes that are remembered; a watcher that is further behind has to list anew. */
export const CHANGES_MAX = 10_000;

/** A watch cannot go on: its changes are not remembered any more. */
export class WatchBehindError extends Error {
  override readonly name = "WatchBehindError";

  constructor() {
    super(`the watch is more than ${CHANGES_MAX} changes behind; list, then watch from there`);
  }
}

/** The newest changes, and whoever watches them. */
export class ChangeRing {
  /** In order; all but the newest CHANGES_MAX may be gone. */
  #changes: VersionedChange[] = [];
  /** All changes after this version are here. */
  #since: number;
  #isClosed = false;
  #news = Promise.withResolvers<void>();

  /** @param version before the first change that will come. */
  constructor(version: number) {
    this.#since = version;
  }

  add(changes: readonly VersionedChange[]): void {
    if (changes.length === 0) return;
    this.#changes.push(...changes);
    // Cut rarely, so that a change costs O(1).
    if (this.#changes.length > 2 * CHANGES_MAX) {
      this.#changes = this.#changes.slice(-CHANGES_MAX);
      this.#since = this.#changes[0].version - 1;
    }
    this.#ring();
  }

  /** All watches end. */
  close(): void {
    this.#isClosed = true;
    this.#ring();
  }

  /**
   * Changes of these kinds after a version, then those to come, until `stop`. It keeps nothing for
   * a watcher: one that falls behind ends with a WatchBehindError.
   */
  watch(
    kinds: ReadonlySet<ObjectKind>,
    resourceVersion: string,
    stop: AbortSignal,
  ): Result<AsyncIterable<ObjectChange>, ApiFailure> {
    if (!/^\d{1,15}$/.test(resourceVersion)) {
      const message = `a resourceVersion is a number, not ${JSON.stringify(resourceVersion)}`;
      return fail(failure("invalid-request", message));
    }
    const version = Number(resourceVersion);
    const newest = this.#changes.at(-1)?.version ?? this.#since;
    if (version < this.#since || version > newest) {
      const message = `changes after version ${version} are not known; those after ${this.#since} are`;
      return fail(failure("version-too-old", message));
    }
    return succeed(this.#follow(kinds, version, stop));
  }

  async *#follow(
    kinds: ReadonlySet<ObjectKind>,
    version: number,
    stop: AbortSignal,
  ): AsyncGenerator<ObjectChange, void, void> {
    const stopped = Promise.withResolvers<void>();
    const onStop = () => stopped.resolve();
    stop.addEventListener("abort", onStop);
    try {
      for (let seen = version; !stop.aborted; ) {
        if (seen < this.#since) throw new WatchBehindError();
        // Versions are consecutive: a change's place follows from its version.
        const next = this.#changes.at(seen - this.#since);
        if (seen - this.#since < this.#changes.length && next !== undefined) {
          seen = next.version;
          if (kinds.has(next.change.object.kind)) yield next.change;
        } else if (this.#isClosed) {
          return;
        } else {
          await Promise.race([this.#news.promise, stopped.promise]);
        }
      }
    } finally {
      stop.removeEventListener("abort", onStop);
    }
  }

  #ring(): void {
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers<void>();
    resolve();
  }
}
