import { Command } from "commander";
import type { ManifestKind } from "../manifest/manifest.ts";
import type { Client } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObjects } from "./find-object.ts";
import type { Host } from "./host.ts";
import { checkKind, nameOf, parseWanted, pluralOf, type Reference } from "./kinds.ts";
import { readManifestFiles } from "./manifest-files.ts";
import { collect } from "./output.ts";
import { parseSelector } from "./selector.ts";
import { parseTimeLimit } from "./time-limit.ts";
import { UsageError } from "./usage-error.ts";
import { sayOutcome, waitForAll } from "./wait-for-all.ts";
import { watchObject } from "./watch-object.ts";

interface DeleteFlags extends ConnectFlags {
  readonly filename: readonly string[];
  readonly selector?: string;
  readonly wait?: boolean;
  readonly timeout?: string;
}

type Stated = Reference<ManifestKind>;

const STATED: readonly ManifestKind[] = ["BatchJob", "ModelService", "Queue"];

/** With --wait. */
const WORDS = {
  unmet: { one: "is not gone", all: "are gone" },
  cure: "They are still asked to go; wait for longer, or see their events.",
  met: "deleted",
};

/** `neuraxis delete`: objects by name, or those that manifests state. */
export function deleteCommand(host: Host): Command {
  const command = new Command("delete")
    .argument("[objects...]", "KIND NAME..., KIND/NAME..., or KIND with -l")
    .option("-f, --filename <file>", "what manifests state: file, folder or -", collect, [])
    .option("-l, --selector <labels>", "of one kind, all with labels such as team=nlp")
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
  const find = await parseObjects(host, words, flags);
  const client = await connect(host, flags);
  const objects = await find(client);
  const isQueue = ({ kind }: Stated) => kind === "Queue";
  const others = objects.filter((object) => !isQueue(object));
  // With --wait queues are empty when their turn comes; those below others stand after them.
  for (const group of [others, objects.filter(isQueue).toReversed()]) {
    const leaving: Stated[] = [];
    for (const object of group) {
      const { outcome } = await client.delete(object.kind, object.name);
      if (outcome === "deleting" && flags.wait === true) leaving.push(object);
      else sayOutcome(host, object, outcome === "deleting" ? "is being deleted" : "deleted");
    }
    if (leaving.length > 0) {
      await waitForAll(host, leaving, limitMs, WORDS, (object, stop) =>
        isGone(client, object, stop),
      );
    }
  }
}

/** What finds the objects that are meant, all of them or an error. @throws UsageError. */
async function parseObjects(
  host: Host,
  words: readonly string[],
  { filename, selector }: DeleteFlags,
): Promise<(client: Client) => Promise<readonly Stated[]>> {
  if (selector !== undefined) {
    if (filename.length > 0) throw new UsageError("delete takes -f FILE or -l, not both");
    return parseSelected(host, words, selector);
  }
  const stated =
    filename.length === 0 ? parseNames(words) : await readStated(host, words, filename);
  const once = new Map(stated.map((object) => [nameOf(object.kind, object.name), object]));
  const objects = Array.from(once.values());
  return async (client) => {
    const { missing } = await findObjects(client, objects);
    if (missing.length > 0) throw new AggregateError(missing);
    return objects;
  };
}

function parseSelected(host: Host, words: readonly string[], selector: string) {
  const { kinds, names } = parseWanted(words);
  if (names !== undefined) throw new UsageError("delete takes names or -l, not both");
  const isSelected = parseSelector(selector);
  const stated = kinds.map((kind) => checkKind({ kind, name: "" }, STATED).kind);
  return async (client: Client): Promise<readonly Stated[]> => {
    const found: Stated[] = [];
    for (const kind of stated) {
      const { objects } = await client.list(kind);
      for (const object of objects) {
        if (isSelected(object)) found.push({ kind, name: object.metadata.name });
      }
    }
    if (found.length === 0)
      host.note(`There are no ${stated.map(pluralOf).join(", ")} of these labels.`);
    return found;
  };
}

function parseNames(words: readonly string[]): readonly Stated[] {
  const { names } = words.length === 0 ? {} : parseWanted(words);
  if (names !== undefined) return names.map((name) => checkKind(name, STATED));
  throw new UsageError(
    "delete needs names, such as job/train, or -l, or -f FILE; it deletes no whole kind",
  );
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

/** Waits for it. @returns false if it was stopped before. */
async function isGone(client: Client, object: Stated, stop: AbortSignal): Promise<boolean> {
  for await (const found of watchObject(client, object, stop)) {
    if (found === undefined) return true;
  }
  return false;
}
