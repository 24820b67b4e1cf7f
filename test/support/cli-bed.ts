import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ApiBed } from "./api-bed.ts";
import { type Run, runNeuraxis } from "./run-neuraxis.ts";
import type { TempFolder } from "./temp-folder.ts";

/** An environment that names no control plane. */
export const noServer = { NEURAXIS_SERVER: "", NEURAXIS_TOKEN: "" };

/** Runs a command line of an API's home, with some text as its input. */
type Neuraxis = (words: readonly string[], input?: string) => Promise<Run>;

/** An API whose address and token stand in a home of its own; commands run in the folder. */
export async function startCliBed(
  folder: TempFolder,
): Promise<{ readonly bed: ApiBed; readonly nx: Neuraxis }> {
  const bed = await ApiBed.start();
  const home = folder.resolve(`home-${bed.port}`);
  mkdirSync(home, { recursive: true });
  writeFileSync(path.join(home, "token"), `${bed.token}\n`);
  writeFileSync(path.join(home, "api.json"), JSON.stringify({ url: bed.url, pid: process.pid }));
  const environment = { ...noServer, NEURAXIS_HOME: home };
  const nx: Neuraxis = (words, input) =>
    runNeuraxis(words, {
      environment,
      folder: folder.path,
      ...(input === undefined ? {} : { input }),
    });
  return { bed, nx };
}
