import { suggest, UsageError } from "./usage-error.ts";

/** Most seeds of one campaign. */
const SEEDS_MAX = 10_000;
/** Largest load: ten times what the cluster has. */
const LOAD_MAX = 10;

/** `fgd,neuraxis` or `all`, each name once. @throws UsageError naming the nearest policy. */
export function parsePolicies(text: string, known: readonly string[]): string[] {
  if (text === "all") return [...known];
  const names = text.split(",");
  for (const [place, name] of names.entries()) {
    if (!known.includes(name)) {
      const list = `Policies: ${known.join(", ")}, or all.`;
      throw new UsageError(`unknown policy "${name}".${suggest(name, known)} ${list}`);
    }
    if (names.indexOf(name) !== place) throw new UsageError(`policy ${name} is named twice`);
  }
  return names;
}

/** `42-51`, `1,5,9` or both mixed. @throws UsageError */
export function parseSeeds(text: string): number[] {
  const seeds: number[] = [];
  for (const part of text.split(",")) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first) {
      throw new UsageError(`--seeds: "${part}" is neither a seed nor a range such as 42-51`);
    }
    if (seeds.length + last - first >= SEEDS_MAX) {
      throw new UsageError(`--seeds: more than ${SEEDS_MAX} seeds`);
    }
    for (let seed = first; seed <= last; seed += 1) {
      if (seeds.includes(seed)) throw new UsageError(`--seeds: seed ${seed} is named twice`);
      seeds.push(seed);
    }
  }
  return seeds;
}

/** `1.3` for 130 %, in whole percents. @throws UsageError */
export function parseLoad(text: string): number {
  const load = Number(text);
  const percent = Math.round(load * 100);
  const isWhole = Math.abs(load * 100 - percent) < 1e-9;
  if (!/^\d+(\.\d+)?$/.test(text) || percent < 1 || load > LOAD_MAX || !isWhole) {
    throw new UsageError(`--load: "${text}" is not 0.01 to ${LOAD_MAX} in hundredths, such as 1.3`);
  }
  return percent / 100;
}

/** Most amounts of one comparison, and the largest of them. */
const AMOUNTS_MAX = 20;
const AMOUNT_MAX = 100;

/** `0.5,1,2`, each once. @throws UsageError */
export function parseAmounts(text: string): number[] {
  const parts = text.split(",");
  if (parts.length > AMOUNTS_MAX) throw new UsageError(`--amounts: more than ${AMOUNTS_MAX}`);
  const amounts = parts.map((part) => {
    const amount = Number(part);
    if (/^\d+(\.\d+)?$/.test(part) && amount > 0 && amount <= AMOUNT_MAX) return amount;
    throw new UsageError(`--amounts: "${part}" is not a number above 0 up to ${AMOUNT_MAX}`);
  });
  const twice = amounts.find((amount, place) => amounts.indexOf(amount) !== place);
  if (twice !== undefined) throw new UsageError(`--amounts: ${twice} is named twice`);
  return amounts;
}

/** One setting of a scenario: where, and its value. */
export type Setting = readonly [path: string, value: string];

/** Adds what `--set KEY=VALUE` says to what was set before it. @throws UsageError */
export function addSetting(text: string, settings: readonly Setting[]): readonly Setting[] {
  const at = text.indexOf("=");
  if (at < 1) throw new UsageError(`--set ${text}: write KEY=VALUE, such as nodes.0.count=9`);
  return [...settings, [text.slice(0, at), text.slice(at + 1)]];
}
