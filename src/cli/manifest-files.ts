import path from "node:path";
import type { Client } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import type { ApplyAnswer } from "../api/answers.ts";
import { type ManifestFault, sayEarlier } from "../manifest/manifest-fault.ts";
import { UsageError } from "./usage-error.ts";
import type { UserHost } from "./user-host.ts";

/** What `-f` calls standard input, and what faults call it. */
const INPUT = "-";
const INPUT_NAME = "standard input";
/** Of manifests in a folder. */
const ENDINGS = [".yaml", ".yml", ".json"];
const SEPARATOR = "---\n";

/** A text and what it is called in faults. */
export interface ManifestFile {
  readonly file: string;
  readonly text: string;
}

/**
 * The texts that `-f` names: files, folders (not those below) and `-`. A file that is named again is
 * read once. @throws UsageError.
 */
export async function readManifestFiles(
  user: UserHost,
  names: readonly string[],
): Promise<readonly ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const name of names) {
    if (name === INPUT) {
      files.push({ file: INPUT_NAME, text: await user.readInput() });
      continue;
    }
    const folder = path.resolve(user.folder, name);
    const listed = await user.listFolder(folder);
    if (listed === undefined) {
      files.push(await readOne(user, name));
      continue;
    }
    const found = listed.filter((entry) => ENDINGS.includes(path.extname(entry)));
    if (found.length === 0) {
      throw new UsageError(`-f ${name}: no file there ends in ${ENDINGS.join(", ")}`);
    }
    for (const entry of found) files.push(await readOne(user, path.join(name, entry)));
  }
  const pathOf = ({ file }: ManifestFile) =>
    file === INPUT_NAME ? INPUT : path.resolve(user.folder, file);
  const first = new Map(files.toReversed().map((file) => [pathOf(file), file]));
  return files.filter((file) => first.get(pathOf(file)) === file);
}

/**
 * Applies all files at once: all of their objects or none. Faults name the file and its line.
 * @throws ClientError.
 */
export async function applyFiles(
  client: Client,
  files: readonly ManifestFile[],
  dryRun: boolean,
): Promise<ApplyAnswer> {
  const [first = { file: "", text: "" }] = files;
  if (files.length <= 1) return client.apply(first.text, { file: first.file, dryRun });
  const { text, places } = joinFiles(files);
  try {
    return await client.apply(text, { file: "", dryRun });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const faults = error.faults.map((fault) => placeFault(fault, places));
    const { code, message, cure, refusal } = error;
    throw new ClientError({
      code,
      message,
      cure,
      faults,
      ...(refusal === undefined ? {} : { refusal }),
    });
  }
}

/** A file, and how many lines of the whole text stand before its first. */
interface FilePlace {
  readonly file: string;
  readonly before: number;
}

/** A fault of the whole text as one of the file that it is in, by that file's lines. */
export function placeFault(fault: ManifestFault, places: readonly FilePlace[]): ManifestFault {
  const { earlier, problem } = fault;
  const found = lineOf(fault.line, places);
  if (earlier === undefined) return { ...fault, ...found };
  const first = lineOf(earlier.line, places);
  const now = first.file === found.file ? { line: first.line } : first;
  const said = problem.replace(sayEarlier(earlier), () => sayEarlier(now));
  return { ...fault, ...found, problem: said, earlier: now };
}

function lineOf(line: number, places: readonly FilePlace[]) {
  const { file = "", before = 0 } = places.findLast((place) => place.before < line) ?? {};
  return { file, line: line - before };
}

/** One text of all. */
export function joinFiles(files: readonly ManifestFile[]): {
  readonly text: string;
  readonly places: readonly FilePlace[];
} {
  const places: FilePlace[] = [];
  let text = "";
  let before = 0;
  for (const { file, text: own } of files) {
    const begin = text === "" ? "" : SEPARATOR;
    if (begin !== "") before += 1;
    places.push({ file, before });
    const whole = own.replace(/^\uFEFF/, "").replace(/(?<!\n)$/, "\n");
    text += `${begin}${whole}`;
    before += whole.split("\n").length - 1;
  }
  return { text, places };
}

async function readOne(user: UserHost, name: string): Promise<ManifestFile> {
  const text = await user.readText(path.resolve(user.folder, name));
  if (text === undefined) throw new UsageError(`-f ${name}: there is no such file or folder`);
  return { file: name, text };
}
