import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

/** One start of one process, as it wrote it down. */
export interface Run {
  readonly life: string;
  /** Of a job; 0 for a replica. */
  readonly attempt: number;
  /** Of a job; of a replica its number. */
  readonly member: number;
  /** Milliseconds since 1970. */
  readonly startedMs: number;
  /** Steps that it found done. */
  readonly from: number;
  readonly end?: {
    readonly outcome: "ok" | "failed" | "left" | "crashed";
    readonly to: number;
    /** Milliseconds since 1970. */
    readonly atMs: number;
  };
}

/** All that processes wrote down. */
export interface Records {
  readonly runs: readonly Run[];
  /** What must never be: a second start, or two at once. */
  readonly violations: readonly string[];
}

/** Reads a folder of records. Files that are being written are read the next time. O(files). */
export function readRecords(folder: string): Records {
  const names = new Set(readdirSync(folder));
  const violations = [...names].filter((name) => /\.(again|beside)$/.test(name));
  const runs = [...names].flatMap((name) => {
    const [, life, attempt = "0", member] =
      /^(?:[^@]+@)?([^.@]+)(?:\.(\d+))?\.(\d+)\.start$/.exec(name) ?? [];
    if (life === undefined) return [];
    const file = path.join(folder, name);
    const [, , from = 0] = readFileSync(file, "utf8").split(" ").map(Number);
    const startedMs = statSync(file).mtimeMs;
    const run = { life, attempt: Number(attempt), member: Number(member), startedMs, from };
    const end = readEnd(folder, name.replace(/start$/, "end"), names);
    return [end === undefined ? run : { ...run, end }];
  });
  return { runs, violations: violations.toSorted((left, right) => (left < right ? -1 : 1)) };
}

function readEnd(folder: string, name: string, names: ReadonlySet<string>): Run["end"] {
  if (!names.has(name)) return undefined;
  const file = path.join(folder, name);
  const [outcome, to = 0] = readFileSync(file, "utf8").trim().split(" ");
  if (outcome === "") return undefined;
  const atMs = statSync(file).mtimeMs;
  return { outcome: outcome as "ok", to: Number(to), atMs };
}
