import type { ObjectKind, WrittenObject, WrittenObjects } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import { CommandError } from "./exit-codes.ts";
import { checkKind, nameOf, parseReference, pluralOf, type Reference } from "./kinds.ts";
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

/** Those of the objects that are there, and an error for each of the others. */
export async function findObjects(
  client: Client,
  references: readonly Reference[],
): Promise<{
  readonly objects: readonly WrittenObject[];
  readonly missing: readonly CommandError[];
}> {
  const objects: WrittenObject[] = [];
  const missing: CommandError[] = [];
  for (const reference of references) {
    try {
      objects.push(await findObject(client, reference));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      missing.push(error);
    }
  }
  return { objects, missing };
}

/**
 * `KIND/NAME`, or a name alone: of the first of these kinds that has it, or of the first of all.
 * @throws UsageError for another kind.
 */
export async function resolveName<Kind extends ObjectKind>(
  client: Client,
  word: string,
  kinds: readonly [Kind, ...Kind[]],
): Promise<Reference<Kind>> {
  if (word.includes("/")) return checkKind(parseReference([word]), kinds);
  for (const kind of kinds) {
    const { objects } = await client.list(kind);
    if (objects.some(({ metadata }) => metadata.name === word)) return { kind, name: word };
  }
  return { kind: kinds[0], name: word };
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
