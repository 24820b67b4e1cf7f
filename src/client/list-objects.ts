import { COLLECTIONS } from "../api/collections.ts";
import type { ObjectKind, WrittenObjects } from "../api/objects.ts";
import { type ApiAddress, ask } from "./connection.ts";

/** All objects of a kind, sorted by name, and the version from which a watch goes on. */
export interface ListAnswer<Kind extends ObjectKind> {
  readonly resourceVersion: string;
  readonly objects: readonly WrittenObjects[Kind][];
}

const WORDS = Object.fromEntries(
  Object.entries(COLLECTIONS).map(([word, kind]) => [kind, word]),
) as Readonly<Record<ObjectKind, string>>;

/** The path of a kind, or of one object of it. */
export function pathOf(kind: ObjectKind, name?: string): string {
  const path = `/v1alpha1/${WORDS[kind]}`;
  return name === undefined ? path : `${path}/${encodeURIComponent(name)}`;
}

/** @throws ClientError. */
export function listObjects<Kind extends ObjectKind>(
  address: ApiAddress,
  kind: Kind,
  stop?: AbortSignal,
): Promise<ListAnswer<Kind>> {
  return ask(address, { path: pathOf(kind), stop });
}
