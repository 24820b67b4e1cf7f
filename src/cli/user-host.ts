import type { Screen } from "./texts/columns.ts";

/** The user's side of the program: their terminal, environment, files and time. */
export interface UserHost {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the folder that the user is in. */
  readonly folder: string;
  /** Standard output. */
  readonly screen: Screen;
  /** Lines of the terminal. */
  readonly rows: () => number;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** From 0, below 1. */
  random(): number;
  /** Resolves after the time, or at once when it is stopped. */
  wait(ms: number, stop?: AbortSignal): Promise<void>;
  /** Writes bytes as they are; resolves when they are taken. */
  write(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void>;
  /** Writes text for the terminal alone, such as the picture of a live view. */
  draw(text: string): void;
  /** The text of a file; `undefined` if there is none. @throws UsageError if it cannot be read. */
  readText(file: string): Promise<string | undefined>;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Sorted names in a folder; `undefined` for what is no folder. @throws UsageError. */
  listFolder(folder: string): Promise<readonly string[] | undefined>;
  /** Calls back at each interrupt, which ends nothing any more. @returns what undoes it. */
  onInterrupt(handle: () => void): () => void;
  /** Calls back at each key, which is not shown. @returns what undoes it. */
  onKey(handle: (key: string) => void): () => void;
  /** The exit code when the command is done; without it 0. */
  endWith(code: number): void;
}
