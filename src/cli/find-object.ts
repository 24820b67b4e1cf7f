import type { ObjectKind, WrittenObjects } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import { CommandError } from "./exit-codes.ts";
import { nameOf, pluralOf, type Reference } from "./kinds.ts";
import { suggest } from "./usage-error.ts";

/** The object of this kind and name. @throws CommandError that suggests the nearest name there is. */
export async function findObject<Kind extends ObjectKind>(
  client: Client,
  { kind, name }: Reference<Kind>,
): Promise<WrittenObjects[Kind]> {
  try {
    return await client.get(kind, name);
  } catch (error) {
    throw await withNearest(client, { kind, name }, error);
  }
}

/** The error; that of an object which is not there says what was probably meant. */
export async function withNearest(
  client: Client,
  { kind, name }: Reference,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof ClientError) || error.code !== "unknown-object") return error;
  const { objects } = await client.list(kind);
  const known = objects.map(({ metadata }) => metadata.name);
  if (known.includes(name)) return error;
  const cure = `${suggest(name, known)} See them all: neuraxis get ${pluralOf(kind)}.`.trimStart();
  return new CommandError("notFound", `there is no ${nameOf(kind, name)}`, cure);
}
