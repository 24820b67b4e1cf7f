import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Result } from "../../../model/result.ts";
import type { KeeperRefusal, SpawnRequest } from "./protocol.ts";

/** The file that argv[0] names: by its path, or in the PATH of the given environment. */
export function findProgram({
  argv,
  env,
  cwd,
}: Pick<SpawnRequest, "argv" | "env" | "cwd">): Result<string, KeeperRefusal> {
  const name = argv[0];
  const folders = name.includes("/") ? [""] : (env["PATH"] ?? "").split(":");
  const candidates = folders.map((folder) => path.resolve(cwd, folder, name)).filter(isThere);
  const program = candidates.find(isExecutable);
  if (program !== undefined) return succeed(program);
  if (candidates.length > 0) {
    return fail({ code: "program-not-executable", message: `${candidates[0]} is not executable` });
  }
  const where = name.includes("/") ? `from ${cwd}` : `in PATH "${env["PATH"] ?? ""}"`;
  return fail({ code: "program-not-found", message: `there is no ${name} ${where}` });
}

/** Whether this is a folder, or a link to one. */
export function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false; // A part of the path is no folder, or may not be entered.
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
