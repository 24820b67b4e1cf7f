import { printable } from "../../model/printable.ts";
import { paint } from "./colours.ts";

/** What a text is written to. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly hasColours: boolean;
  /** Characters in a line; 80 elsewhere than on a terminal. */
  readonly columns: number;
}

/** Of text that goes into a pipe or a file: it is neither coloured nor cut. */
export const PLAIN: Screen = { isTerminal: false, hasColours: false, columns: 80 };

export type Row = readonly string[];

const GAP = "  ";
/** A column is not cut to less than this. */
const WIDTH_MIN = 8;
const ELLIPSIS = "…";

/** Those that are whole everywhere, however wide: what they hold is for copying. */
export type WholeColumns = ReadonlySet<number>;

const NONE: WholeColumns = new Set();

/** A table of left-aligned columns, a line a row. On a terminal it is cut to fit, elsewhere never. */
export function formatColumns(
  rows: readonly Row[],
  screen: Screen,
  whole: WholeColumns = NONE,
): string {
  const widths = columnWidths(rows, screen, whole);
  return rows.map((row) => formatRow(row, widths, screen)).join("");
}

/** How wide each column is to be. */
export function columnWidths(
  rows: readonly Row[],
  screen: Screen,
  whole: WholeColumns = NONE,
): readonly number[] {
  const columns = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => printable(row[column] ?? "").length)),
  );
  if (!screen.isTerminal) return widths;
  const gaps = GAP.length * (columns - 1);
  for (let over = sum(widths) + gaps - screen.columns; over > 0; over -= 1) {
    const narrowing = widths.map((width, column) => (whole.has(column) ? 0 : width));
    const widest = Math.max(...narrowing);
    if (widest <= WIDTH_MIN) break;
    widths[narrowing.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}

/** One line; a cell that is too wide is cut on a terminal, and pushes the others elsewhere. */
export function formatRow(row: Row, widths: readonly number[], screen: Screen): string {
  const cells = row.map((cell, column) => {
    const width = widths[column] ?? 0;
    const text = screen.isTerminal ? cutMiddle(printable(cell), width) : printable(cell);
    const padding = column === row.length - 1 ? "" : " ".repeat(Math.max(0, width - text.length));
    return `${screen.hasColours ? paint(text) : text}${padding}`;
  });
  return `${cells.join(GAP).trimEnd()}\n`;
}

/** The text with its middle left out where it is longer than `width`, both ends being told. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - ELLIPSIS.length);
  const tail = Math.floor(kept / 2);
  return `${text.slice(0, kept - tail)}${ELLIPSIS}${text.slice(text.length - tail)}`;
}

/** Words in lines of at most `columns` characters, each of which begins with `indent`. */
export function wrapWords(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  for (const word of printable(text).split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) {
      lines.push(`${indent}${word}`);
    } else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map((line) => `${line}\n`).join("");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
