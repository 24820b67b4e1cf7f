import type { z } from "zod";
import { suggestName } from "../model/nearest-name.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { type DocumentTree, readForest, type TreeFault } from "./document-tree.ts";
import { formatKeyPath, type KeyPath } from "./key-path.ts";
import { headShape, type Manifest, type ManifestKind, manifestShapes } from "./manifest.ts";
import { MANIFEST_FAULTS, type ManifestFault, sayEarlier } from "./manifest-fault.ts";
import { explain, isMap, show, splitIssue } from "./shape-parts.ts";

/** Faults that are listed of one text. */
const FAULTS_MAX = 1000;

/** Kinds that are words of ours and can still not be applied. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  Tuning: "the kind Tuning is not supported yet",
  Node: "a Node is observed, not applied",
  Replica: "a Replica is observed, not applied; a ModelService has replicas",
};

/** A document's manifest, as far as it could be read, and what is wrong with it. */
interface Reading {
  readonly manifest?: Manifest;
  readonly faults: readonly TreeFault[];
}

/**
 * Reads the manifests of a text: documents of YAML 1.2 with `---` between them, or JSON. Documents
 * without content are passed over, as kubectl does.
 *
 * All faults are told, up to 1000, in the order of the text; what compares two values is asked
 * once both can be read, and of a document that is no YAML the first fault alone is told. Nothing of
 * a text with a fault is to be used. `file` is what the text is called in faults.
 */
export function parseManifests(
  text: string,
  file: string,
): Result<readonly Manifest[], readonly ManifestFault[]> {
  const { trees, fault: ending } = readForest(text);
  const manifests: Manifest[] = [];
  const faults: ManifestFault[] = [];
  const first = new Map<string, DocumentTree>();
  for (const tree of trees) {
    if (tree.data === null && tree.faults.length === 0) continue;
    const { manifest, faults: found } = readTree(tree);
    const twins = findTwins(first, tree);
    for (const fault of [...found, ...twins].toSorted(compareFaults)) {
      faults.push(locateFault(file, tree.number, fault));
    }
    if (manifest !== undefined) manifests.push(manifest);
  }
  if (ending !== undefined) faults.push(locateFault(file, trees.length + 1, ending));
  if (faults.length === 0 && manifests.length === 0) {
    const position = { line: 1, column: 1 };
    const problem = "there is no manifest here";
    faults.push(locateFault(file, 1, { code: "no-manifest", position, path: [], problem }));
  }
  return faults.length === 0 ? succeed(manifests) : fail(shorten(faults));
}

function readTree(tree: DocumentTree): Reading {
  if (tree.faults.length > 0) return { faults: tree.faults };
  const { data } = tree;
  const kind = isMap(data) ? data["kind"] : undefined;
  if (isMap(data) && !isKind(kind)) {
    const head = headShape.safeParse(data, { error: explain });
    const faults = head.success ? [] : listFaults(tree, head.error.issues);
    return { faults: [...faults, refuseKind(tree, kind)] };
  }
  const shape: z.ZodType<Manifest> = isKind(kind) ? manifestShapes[kind] : manifestShapes.BatchJob;
  const result = shape.safeParse(data, { error: explain });
  if (result.success) return { manifest: result.data, faults: [] };
  return { faults: listFaults(tree, result.error.issues) };
}

function isKind(kind: unknown): kind is ManifestKind {
  return typeof kind === "string" && Object.hasOwn(manifestShapes, kind);
}

function refuseKind(tree: DocumentTree, kind: unknown): TreeFault {
  if (kind === undefined) return toFault(tree, ["kind"], "");
  const known = Object.keys(manifestShapes);
  const name = typeof kind === "string" ? kind : "";
  const problem = Object.hasOwn(OTHER_KINDS, name)
    ? OTHER_KINDS[name]
    : `must be ${known.join(" or ")}, not ${show(kind)}${suggestName(name, known)}`;
  const path = ["kind"];
  return { code: "unknown-kind", position: tree.locate(path, "value"), path, problem };
}

function listFaults(tree: DocumentTree, issues: readonly z.core.$ZodIssue[]): TreeFault[] {
  return issues.flatMap((issue) => {
    const isKey = issue.code === "unrecognized_keys" || issue.code === "invalid_key";
    return splitIssue(issue).map(({ path, message }) =>
      isKey
        ? { code: "unknown-key", position: tree.locate(path, "key"), path, problem: message }
        : toFault(tree, path, message),
    );
  });
}

/** Whatever is said of a value that is not there: it is missing. */
function toFault(tree: DocumentTree, path: KeyPath, problem: string): TreeFault {
  const position = tree.locate(path, "value");
  return tree.has(path)
    ? { code: "invalid-setting", position, path, problem }
    : { code: "missing-key", position, path, problem: "is missing" };
}

/** Another document of the same kind and name, even if one of both has faults. */
function findTwins(first: Map<string, DocumentTree>, tree: DocumentTree): TreeFault[] {
  const { data } = tree;
  const metadata = isMap(data) ? data["metadata"] : undefined;
  if (!isMap(data) || !isMap(metadata)) return [];
  const name = `${String(data["kind"])} ${String(metadata["name"])}`;
  const twin = first.get(name);
  if (twin === undefined) {
    first.set(name, tree);
    return [];
  }
  const path = ["metadata", "name"];
  const earlier = { document: twin.number, line: twin.locate(path, "value").line };
  const problem = `${name} stands twice; it stands in ${sayEarlier(earlier)} already`;
  const position = tree.locate(path, "value");
  return [{ code: "duplicate-object", position, path, problem, earlier }];
}

/** By place; of those at one place, as they were found. */
function compareFaults({ position: left }: TreeFault, { position: right }: TreeFault): number {
  return left.line - right.line || left.column - right.column;
}

function locateFault(
  file: string,
  document: number,
  { code, position, path, problem, earlier }: TreeFault,
): ManifestFault {
  const { cure } = MANIFEST_FAULTS[code];
  const fault = { code, file, document, ...position, path: formatKeyPath(path), problem, cure };
  return earlier === undefined ? fault : { ...fault, earlier };
}

function shorten(faults: readonly ManifestFault[]): readonly ManifestFault[] {
  const more = faults.length - FAULTS_MAX;
  if (more <= 0) return faults;
  const code = "more-faults";
  const { cure } = MANIFEST_FAULTS[code];
  const problem = `${more} more are not listed`;
  return [...faults.slice(0, FAULTS_MAX), { ...faults[FAULTS_MAX], code, path: "", problem, cure }];
}
