import type { Host } from "./host.ts";
import { UsageError } from "./usage-error.ts";

/** The page of a report; its data stand beside it. */
const PAGE = "index.html";

/**
 * A report that cannot be written is refused before the work that it is about.
 *
 * @param names of the files beside the page.
 * @throws UsageError if they cannot be written into the folder. Without a folder there is no report.
 */
export async function checkReport(
  host: Host,
  folder: string | undefined,
  names: readonly string[] = [],
): Promise<void> {
  if (folder === "") throw new UsageError("--report: the folder's name is empty");
  if (folder !== undefined) await host.checkFolder(folder, [PAGE, ...names]);
}

/** Writes a page and what it was made of, and says where it stands. */
export async function writeReport(
  host: Host,
  folder: string,
  page: string,
  data: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  await host.writeFiles(folder, new Map([...data, [PAGE, page]]));
  host.note(`The report stands in ${folder}/${PAGE}.`);
}

/** JSON for programs, ended by a line break. */
export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
