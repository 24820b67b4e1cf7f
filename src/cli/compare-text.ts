import {
  amountTable,
  DEFINITION,
  detailTable,
  headlineOf,
  sayOutcome,
  sayServing,
  sensitivityTable,
  type Table,
  useTable,
} from "../simulate/compare/compare-tables.ts";
import type { Comparison } from "../simulate/compare/comparison.ts";
import { formatTable } from "./format-table.ts";

const WIDTH = 80;

/** The text result of a comparison; its lines have at most 80 characters. */
export function formatComparison(comparison: Comparison): string {
  const headline = headlineOf(comparison);
  const { amount, one } = headline;
  return [
    wrap(`${comparison.name}: ${sayServing(comparison)}`),
    wrap(DEFINITION),
    formatTable(amountTable(comparison)),
    ...(one === undefined
      ? []
      : [
          titled(`amount ${amount}`, detailTable(comparison, headline, one)),
          titled("device-hours", useTable(headline, one)),
        ]),
    ...(comparison.sensitivity.length === 0
      ? []
      : [titled(`saving at amount ${amount}`, sensitivityTable(comparison))]),
    wrap(sayOutcome(comparison)),
  ].join("\n");
}

/** The table with a title in its corner. */
function titled(title: string, [first = [], ...rows]: Table): string {
  return formatTable([[title, ...first.slice(1)], ...rows]);
}

function wrap(text: string): string {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1)!;
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\n`).join("");
}
