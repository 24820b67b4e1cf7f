import { setTimeout as wait } from "node:timers/promises";
import type { ObjectKind, WrittenChange, WrittenObject } from "../api/objects.ts";
import { ClientError, clientError, type ClientErrorCode } from "./client-error.ts";
import { type ApiAddress, parseJson } from "./connection.ts";
import { type ListAnswer, listObjects } from "./list-objects.ts";
import { readStream } from "./read-stream.ts";
import { readEvents } from "./server-sent-events.ts";

/** Attempts in a row to resume a watch, and the wait before the first; it doubles up to a limit. */
const ATTEMPTS_MAX = 10;
const WAIT_MS = 100;
const WAIT_MS_MAX = 5000;
/** A connection that is silent for so long is lost: the server gives signs of life more often. */
const SILENCE_MS = 45_000;

/** What may be otherwise when asked again. */
const PASSING: ReadonlySet<ClientErrorCode> = new Set([
  "not-running",
  "connection-lost",
  "no-answer",
  "shutting-down",
  "too-many-requests",
]);

/** All objects as they are now, in place of what was told before; or a change since. */
export type WatchNews =
  | { readonly type: "LISTED"; readonly objects: readonly WrittenObject[] }
  | WrittenChange;

export interface WatchOptions {
  /** One at least. */
  readonly kinds: readonly ObjectKind[];
  /** The version that the caller knows already; absent: it begins with what there is. */
  readonly since?: string;
  /** Ends the watch. */
  readonly stop?: AbortSignal;
}

/**
 * Tells what there is, then each change. A lost connection is made again, and the watch goes on
 * where it was; where the API has forgotten what changed since, all is listed anew.
 * @throws ClientError if the first attempt fails, or too many later ones in a row.
 */
export async function* watch(
  address: ApiAddress,
  { kinds, since, stop }: WatchOptions,
): AsyncGenerator<WatchNews, void, void> {
  let version = since;
  let hasAnswered = false;
  const isOver = () => stop?.aborted === true;
  for (let attempt = 0; !isOver(); attempt += 1) {
    let problem = clientError("connection-lost", `${address.url} ended the watch`);
    try {
      if (version === undefined) {
        const { objects, resourceVersion } = await listAll(address, kinds, stop);
        yield { type: "LISTED", objects };
        version = resourceVersion;
        hasAnswered = true;
      }
      const request = {
        path: "/v1alpha1/watch",
        query: { kinds: kinds.join(","), since: version },
        stop,
      };
      for await (const { id, data } of readEvents(readStream(address, request, SILENCE_MS))) {
        hasAnswered = true;
        attempt = 0;
        if (id !== "") version = id;
        if (data !== "") yield parseJson(address, data) as WrittenChange;
      }
    } catch (error) {
      if (isOver()) return;
      if (!(error instanceof ClientError)) throw error;
      if (error.code === "version-too-old") version = undefined;
      else if (!hasAnswered || !PASSING.has(error.code)) throw error;
      problem = error;
    }
    if (attempt >= ATTEMPTS_MAX) throw problem;
    if (version === undefined) continue; // Nothing is down: it only has to be listed anew.
    const waitMs = Math.min(WAIT_MS * 2 ** attempt, WAIT_MS_MAX);
    // The abort is all that it can reject with, and the loop looks at that.
    await wait(waitMs, undefined, stop === undefined ? {} : { signal: stop }).catch(() => {});
  }
}

/** Objects of all these kinds, and the version from which a watch misses none of their changes. */
async function listAll(
  address: ApiAddress,
  kinds: readonly ObjectKind[],
  stop: AbortSignal | undefined,
): Promise<ListAnswer<ObjectKind>> {
  const lists: ListAnswer<ObjectKind>[] = [];
  for (const kind of kinds) lists.push(await listObjects(address, kind, stop));
  // What changed between the lists is told once more.
  const { resourceVersion } = lists[0];
  return { resourceVersion, objects: lists.flatMap(({ objects }) => objects) };
}
