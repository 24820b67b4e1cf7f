import type { ListedDevice } from "./found-devices.ts";

/** Words for `rocm-smi` (its own help). */
export const ROCM_SMI_WORDS = ["--showproductname", "--showmeminfo", "vram", "--json"];

const MIB = 2 ** 20;

/**
 * `{"card0": {"Card Series": "AMD Instinct MI300X OAM", "VRAM Total Memory (B)": "206141652992", ...},
 * "system": {...}}`; versions before 6 write `Card series`. Ordered by the numbers of the cards.
 */
export function readRocmSmi(text: string): readonly ListedDevice[] {
  const answer = JSON.parse(text) as Record<string, Record<string, unknown>>;
  return Object.entries(answer)
    .flatMap(([name, card]) => {
      const number = /^card(\d+)$/.exec(name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), card }];
    })
    .toSorted((left, right) => left.number - right.number)
    .map(({ number, card }) => deviceOf(number, card));
}

function deviceOf(number: number, card: Readonly<Record<string, unknown>>): ListedDevice {
  const field = (wanted: string) =>
    Object.entries(card).find(([name]) => name.toLowerCase() === wanted)?.[1];
  const series = field("card series");
  const bytes = Number(field("vram total memory (b)"));
  if (typeof series !== "string" || !(bytes >= MIB)) {
    return { unusable: `rocm-smi tells neither series nor memory of card${number}` };
  }
  const kind = series.replace(/^AMD /i, "").replaceAll(/[\s/]+/g, "-");
  return { kind, memoryMiB: Math.floor(bytes / MIB) };
}
