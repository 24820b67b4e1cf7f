import type { ObjectKind } from "../api/objects.ts";
import { suggest, UsageError } from "./usage-error.ts";

/** Each kind's word in results, and whatever else people call it. */
const KIND_WORDS: Readonly<Record<ObjectKind, readonly [word: string, ...others: string[]]>> = {
  BatchJob: ["job", "jobs", "j", "batchjob", "batchjobs"],
  ModelService: ["service", "services", "svc", "modelservice", "modelservices"],
  Queue: ["queue", "queues", "q"],
  Node: ["node", "nodes", "no"],
  Replica: ["replica", "replicas"],
};
const KINDS = Object.keys(KIND_WORDS) as ObjectKind[];
const ALL = "all";

/** An object by kind and name. */
export interface Reference<Kind extends ObjectKind = ObjectKind> {
  readonly kind: Kind;
  readonly name: string;
}

/** What `get` asks for. */
export interface Wanted {
  /** Each once. */
  readonly kinds: readonly ObjectKind[];
  /** Absent: all of these kinds. */
  readonly names?: readonly Reference[];
}

/** The kind that a word such as `jobs`, `svc` or `BatchJob` means; `undefined` for any other word. */
export function findKind(word: string): ObjectKind | undefined {
  return KINDS.find((kind) => KIND_WORDS[kind].includes(word.toLowerCase()));
}

/** The same. @throws UsageError for any other word. */
export function parseKind(word: string): ObjectKind {
  const kind = findKind(word);
  if (kind !== undefined) return kind;
  const nearest = suggest(word.toLowerCase(), [...KINDS.flatMap((kind) => KIND_WORDS[kind]), ALL]);
  const known = KINDS.map((kind) => KIND_WORDS[kind][0]).join(", ");
  throw new UsageError(`unknown kind "${word}".${nearest} Kinds: ${known}.`);
}

/** `KIND/NAME`, or a kind and a name as two words. @throws UsageError. */
export function parseReference(words: readonly string[]): Reference {
  const [first = "", second, ...more] = words;
  const slash = first.indexOf("/");
  if (slash === -1 && second !== undefined && more.length === 0) {
    return { kind: parseKind(first), name: second };
  }
  if (slash === -1 || second !== undefined || slash === first.length - 1) {
    throw new UsageError(`"${words.join(" ")}" names no object; write KIND NAME or KIND/NAME`);
  }
  return { kind: parseKind(first.slice(0, slash)), name: first.slice(slash + 1) };
}

/** The words after `get`: `KIND[,KIND]`, `all`, `KIND NAME...` or `KIND/NAME...`. @throws UsageError. */
export function parseWanted(words: readonly string[]): Wanted {
  const [first = "", ...rest] = words;
  if (first.includes("/")) return wantNames(words.map((word) => parseReference([word])));
  if (first.toLowerCase() === ALL && rest.length === 0) return { kinds: KINDS };
  const kinds = Array.from(new Set(first.split(",").map(parseKind)));
  if (rest.length === 0) return { kinds };
  const [kind, another] = kinds;
  if (kind === undefined || another !== undefined) {
    throw new UsageError(`"${first}" are several kinds; names stand after one kind`);
  }
  return wantNames(rest.map((name) => ({ kind, name })));
}

function wantNames(names: readonly Reference[]): Wanted {
  return { names, kinds: Array.from(new Set(names.map(({ kind }) => kind))) };
}

/** `job/train`: what every command that takes an object reads. */
export function nameOf(kind: ObjectKind, name: string): string {
  return `${KIND_WORDS[kind][0]}/${name}`;
}

/** The kind in a sentence. */
export function wordOf(kind: ObjectKind): string {
  return KIND_WORDS[kind][0];
}

/** The kind in a sentence about several. */
export function pluralOf(kind: ObjectKind): string {
  return `${KIND_WORDS[kind][0]}s`;
}

/** @throws UsageError unless the object is of one of these kinds. */
export function checkKind<Kind extends ObjectKind>(
  { kind, name }: Reference,
  kinds: readonly Kind[],
): Reference<Kind> {
  const known = kinds.find((known) => known === kind);
  if (known !== undefined) return { kind: known, name };
  const words = kinds.map((kind) => KIND_WORDS[kind][0]).join(" or ");
  throw new UsageError(`${nameOf(kind, name)} is no ${words}`);
}
