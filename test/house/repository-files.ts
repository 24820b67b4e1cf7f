import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "../..");

const foldersLeftOut = new Set(["node_modules", "dist", ".git", ".cache", "fixtures"]);

/** Paths relative to the root, with forward slashes, in order; nothing where the folder is missing. */
export function listFiles(folder: string): string[] {
  const files: string[] = [];
  for (const entry of readFolder(folder)) {
    const file = folder === "." ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory() && !foldersLeftOut.has(entry.name)) files.push(...listFiles(file));
    if (entry.isFile()) files.push(file);
  }
  return files.sort(compareText);
}

function readFolder(folder: string) {
  try {
    return readdirSync(path.join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
}

export function listCode(...folders: string[]): string[] {
  return folders.flatMap(listFiles).filter((file) => /\.(ts|js)$/.test(file));
}

export function isTest(file: string): boolean {
  return file.endsWith(".test.ts");
}

export function readText(file: string): string {
  return readFileSync(path.join(root, file), "utf8");
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
