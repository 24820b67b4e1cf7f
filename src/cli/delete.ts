import { Command } from "commander";
import type { ManifestKind } from "../manifest/manifest.ts";
import type { Client } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { withNearest } from "./find-object.ts";
import type { Host } from "./host.ts";
import { checkKind, nameOf, parseWanted, type Reference } from "./kinds.ts";
import { readManifestFiles } from "./manifest-files.ts";
import { collect } from "./output.ts";
import { parseTimeLimit, withTimeLimit } from "./time-limit.ts";
import { UsageError } from "./usage-error.ts";
import { watchObject } from "./watch-object.ts";

interface DeleteFlags extends ConnectFlags {
  readonly filename: readonly string[];
  readonly wait?: boolean;
  readonly timeout?: string;
}

type Stated = Reference<ManifestKind>;

const STATED: readonly ManifestKind[] = ["BatchJob", "ModelService", "Queue"];

/** `neuraxis delete`: objects by name, or those that manifests state. */
export function deleteCommand(host: Host): Command {
  const command = new Command("delete")
    .argument("[objects...]", "KIND NAME..., or KIND/NAME...")
    .option("-f, --filename <file>", "what manifests state: file, folder or -", collect, [])
    .option("--wait", "return when it is gone, its processes included")
    .option("--timeout <time>", "wait at most so long, such as 30s")
    .action((words: readonly string[], flags: DeleteFlags) => deleteObjects(host, words, flags));
  return withConnection(command);
}

async function deleteObjects(
  host: Host,
  words: readonly string[],
  flags: DeleteFlags,
): Promise<void> {
  const limitMs = parseTimeLimit(flags.timeout);
  const objects =
    flags.filename.length === 0 ? parseNames(words) : await readStated(host, words, flags.filename);
  const client = await connect(host, flags);
  const wait = (object: Stated) => waitUntilGone(host, client, object, limitMs);
  for (const object of inOrder(objects)) {
    const { kind, name } = object;
    const { outcome } = await client.delete(kind, name).catch(async (error: unknown) => {
      throw await withNearest(client, object, error);
    });
    const isLeaving = outcome === "deleting";
    if (isLeaving && flags.wait === true) await wait(object);
    const said = isLeaving && flags.wait !== true ? "is being deleted" : "deleted";
    host.print(`${nameOf(kind, name)} ${said}\n`);
  }
}

function parseNames(words: readonly string[]): readonly Stated[] {
  const { names } = words.length === 0 ? {} : parseWanted(words);
  if (names !== undefined) return names.map((name) => checkKind(name, STATED));
  throw new UsageError(
    "delete needs names, such as job/train, or -f FILE; it deletes no whole kind",
  );
}

/** Queues after all else, the last ones first: those below others stand after them. */
function inOrder(objects: readonly Stated[]): readonly Stated[] {
  const isQueue = ({ kind }: Stated) => kind === "Queue";
  return [...objects.filter((object) => !isQueue(object)), ...objects.filter(isQueue).toReversed()];
}

/** Kind and name of each document; what else stands there plays no role. @throws UsageError. */
async function readStated(
  host: Host,
  words: readonly string[],
  filenames: readonly string[],
): Promise<readonly Stated[]> {
  if (words.length > 0) throw new UsageError("delete takes names or -f FILE, not both");
  // Loaded only here: most deletions name what they delete.
  const { parseAllDocuments } = await import("yaml");
  const files = await readManifestFiles(host.user, filenames);
  return files.flatMap(({ file, text }) =>
    Array.from(parseAllDocuments(text)).flatMap((document, index) => {
      const data: unknown = document.toJS();
      if (data === null) return [];
      const { kind, metadata } = data as { kind?: unknown; metadata?: { name?: unknown } };
      const known = STATED.find((stated) => stated === kind);
      if (known === undefined || typeof metadata?.name !== "string") {
        const place = `${file}, document ${index + 1}`;
        throw new UsageError(`${place}: it has no kind and metadata.name that can be deleted`);
      }
      return [{ kind: known, name: metadata.name }];
    }),
  );
}

function waitUntilGone(
  { user }: Host,
  client: Client,
  object: Stated,
  limitMs: number | undefined,
): Promise<true> {
  const unmet = `${nameOf(object.kind, object.name)} is not gone`;
  const cure = "It is still asked to go; wait for longer, or see its events.";
  return withTimeLimit(user, { limitMs, unmet, cure }, async (stop) => {
    for await (const found of watchObject(client, object, stop)) {
      if (found === undefined) return true;
    }
    return undefined;
  });
}
