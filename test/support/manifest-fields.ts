import { type JsonSchema, manifestSchema } from "../../src/manifest/manifest-schema.ts";
import { MEMORY_PATTERN, TIME_PATTERN } from "../../src/manifest/quantities.ts";

type Schema = JsonSchema | boolean;

/** Rows of a table in Markdown, one for each field below `spec` or `metadata` of a kind. */
export function listFieldRows(kind: string, part: "metadata" | "spec"): string[] {
  return listRows(part, manifestSchema().$defs[kind]?.properties?.[part] ?? {});
}

/** Of alternatives the first that has keys: the full form. */
function listRows(path: string, schema: Schema): string[] {
  if (typeof schema === "boolean") return [];
  const map = [schema, ...(schema.anyOf ?? [])].find(({ properties }) => properties !== undefined);
  if (schema.items !== undefined) return listRows(`${path}[]`, schema.items as Schema);
  return Object.entries(map?.properties ?? {}).flatMap(([key, field]) => {
    const inside = `${path}.${key}`;
    const isNeeded = map?.required?.includes(key) === true;
    const row = typeof field === "boolean" ? [] : [formatRow(inside, field, isNeeded)];
    return row.concat(listRows(inside, field));
  });
}

function formatRow(path: string, field: JsonSchema, isNeeded: boolean): string {
  const without = isNeeded ? "needed" : formatDefault(field.default);
  return `| \`${path}\` | ${formOf(field)} | ${without} | ${field.description ?? ""} |`;
}

function formatDefault(value: unknown): string {
  if (value === undefined) return "";
  const isEmpty = typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return isEmpty ? "" : `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

/** In words of docs/manifests.md what a value looks like. */
function formOf(field: JsonSchema): string {
  const { type, anyOf, pattern, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
  if (field.const !== undefined) return `\`${String(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (anyOf !== undefined) {
    const isQuantity = anyOf.some((form) => form.type === "number");
    return isQuantity ? "quantity" : anyOf.map(formOf).join(", or ");
  }
  if (pattern === TIME_PATTERN) return "time";
  if (pattern === MEMORY_PATTERN) return "memory";
  if (type === "integer") return `${minimum} to ${maximum}`;
  if (type === "number")
    return `above ${exclusiveMinimum}${(maximum ?? exclusiveMaximum) ? `, below ${exclusiveMaximum}` : ""}`;
  if (type === "array") return "list";
  if (type === "object") return "map";
  return type === "boolean" ? "true or false" : "text";
}
