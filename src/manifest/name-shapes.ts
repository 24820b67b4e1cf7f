import { z } from "zod";
import { show } from "./shape-parts.ts";

const LABEL_LENGTH_MAX = 63;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** A domain before the slash, where there is one. */
const LABEL_KEY =
  /^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$/;
/** UTF-16 units of all keys and values. */
const ANNOTATIONS_LENGTH_MAX = 256 * 1024;

/** A name that can be a label of a host name (RFC 1123), as Kubernetes asks of most names. */
export const label = z.string().regex(LABEL, {
  error: ({ input }) =>
    `must be a name of 1 to ${LABEL_LENGTH_MAX} characters a-z, 0-9 and -, with a letter or digit at both ends, not ${show(input)}${suggestLabel(String(input))}`,
});

/** Text that a process can be given: in C's strings a character 0 is the end. */
export const processText = z
  .string()
  .refine((text) => !text.includes("\0"), "must have no character 0");

const labelKey = z.string().regex(LABEL_KEY, {
  error: "is no key here: it must be a key such as team or example.org/team",
});
const labels = z.record(
  labelKey,
  z.string().regex(LABEL_VALUE, {
    error: ({ input }) =>
      `must be at most ${LABEL_LENGTH_MAX} letters, digits, -, _ and ., with a letter or digit at both ends, not ${show(input)}`,
  }),
);
const annotations = z
  .record(labelKey, z.string())
  .refine(
    (texts) => Object.entries(texts).flat().join("").length <= ANNOTATIONS_LENGTH_MAX,
    `must have at most ${ANNOTATIONS_LENGTH_MAX} characters in all`,
  );

/** What every manifest is called. */
export const metadataFields = {
  name: label.describe("Unique among the objects of its kind."),
  labels: labels.default({}).describe("For selecting: short texts by keys of your own."),
  annotations: annotations.default({}).describe("For notes: any texts by keys of your own."),
};

/** What letters are written as where there are only those of ASCII, beside their marks. */
const ASCII: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  ł: "l",
  đ: "d",
};

/** ` (did you mean "my-job"?)` for `My_Job`, or "" if letters of the text could not stay. */
function suggestLabel(text: string): string {
  const plain = text
    .slice(0, 4 * LABEL_LENGTH_MAX)
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[ßæœøłđ]/g, (letter) => ASCII[letter] ?? "");
  if (/[^a-z]/.test(plain.replaceAll(/[^\p{L}]/gu, ""))) return "";
  const near = plain
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replace(/^-/, "")
    .slice(0, LABEL_LENGTH_MAX)
    .replace(/-$/, "");
  return near === "" ? "" : ` (did you mean "${near}"?)`;
}
