import { readFileSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** What a control file says, without its end of line; undefined if it cannot be read. */
export function readControl(folder: string, file: string): string | undefined {
  try {
    return readFileSync(path.join(folder, file), "utf8").trimEnd();
  } catch {
    return undefined; // No such feature, gone meanwhile, or another user's.
  }
}

/** A number of a control file: the whole of it, or what follows `field` on a line; 0 if it has none. */
export function readCount(folder: string, file: string, field?: string): number {
  const text = readControl(folder, file) ?? "";
  if (field === undefined) return Number(text) || 0;
  const line = text.split("\n").find((candidate) => candidate.startsWith(`${field} `));
  return Number(line?.slice(field.length + 1)) || 0;
}

/** @returns the system's code if it refuses, such as EINVAL; nothing if it takes the value. */
export function writeControl(folder: string, file: string, value: string): string | undefined {
  try {
    writeFileSync(path.join(folder, file), value);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? "EIO";
  }
}

/** Names of the cgroups directly below one. */
export function listGroups(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** Numbers of all processes in a cgroup and below it. */
export function listProcesses(folder: string): readonly number[] {
  const own = (readControl(folder, "cgroup.procs") ?? "").split("\n").filter(Boolean).map(Number);
  const below = listGroups(folder).map((name) => listProcesses(path.join(folder, name)));
  return [own, ...below].flat();
}

/** Removes a cgroup and those below it, as far as they have no processes. */
export function removeGroup(folder: string): void {
  for (const name of listGroups(folder)) removeGroup(path.join(folder, name));
  try {
    rmdirSync(folder);
  } catch {
    // Processes are in it, or it is gone.
  }
}
