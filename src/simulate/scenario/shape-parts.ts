import { z } from "zod";
import { readDevices } from "../../manifest/quantities.ts";
import { forward, measured, NUMBER_OR_MILLI } from "../../manifest/shape-parts.ts";
import { suggestName } from "../../model/nearest-name.ts";

/** A map of which exactly one of several keys says what it is. */
export function oneOf<Options extends Readonly<Record<string, z.ZodType>>>(options: Options) {
  const names = Object.keys(options);
  return z.unknown().transform((value, context): z.output<Options[keyof Options]> => {
    const found = names.filter(
      (name) => typeof value === "object" && value !== null && Object.hasOwn(value, name),
    );
    if (found.length !== 1) {
      const says = found.length === 0 ? "none" : found.join(" and ");
      const message = `must have one of the keys ${names.join(", ")}; it has ${says}${sayNear(value, names)}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    }
    return forward(options[found[0]], value, context) as z.output<Options[keyof Options]>;
  });
}

/** Devices of one piece of work. */
export const devices = measured(
  readDevices,
  "a whole number of GPUs, or a share of one such as 0.5 or 500m",
  NUMBER_OR_MILLI,
);

/** Longest name: `-` and a number may follow it within the 253 characters of an id. */
const NAME_LENGTH_MAX = 200;
export const name = z
  .string()
  .min(1)
  .max(NAME_LENGTH_MAX)
  .refine(
    (text) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text),
    "must have no line breaks or other control characters",
  );

/** A misspelt key is the likely reason why none of the keys is there. */
function sayNear(value: unknown, names: readonly string[]): string {
  if (typeof value !== "object" || value === null) return "";
  const hints = Object.keys(value).map((key) => suggestName(key, names));
  return hints.find((hint) => hint !== "") ?? "";
}
