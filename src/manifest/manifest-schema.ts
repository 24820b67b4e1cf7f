import { z } from "zod";
import { manifestShapes } from "./manifest.ts";

/** A JSON Schema, as plain data. */
export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * The JSON Schema (draft 2020-12) of what may be written: a manifest of any kind, each kind's under
 * `$defs`. Made of the shapes that manifests are read by; what compares two values is not in it.
 */
export function manifestSchema(): JsonSchema & { $defs: Record<string, JsonSchema> } {
  const kinds = Object.entries(manifestShapes);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    oneOf: kinds.map(([kind]) => ({ $ref: `#/$defs/${kind}` })),
    $defs: Object.fromEntries(kinds.map(([kind, shape]) => [kind, toInputSchema(shape)])),
  };
}

function toInputSchema(shape: z.ZodType): JsonSchema {
  const schema = z.toJSONSchema(shape, {
    io: "input",
    override: ({ jsonSchema }) => {
      const { alternatives } = jsonSchema;
      if (typeof alternatives !== "function") return;
      const shapes = alternatives() as readonly z.ZodType[];
      delete jsonSchema["alternatives"];
      jsonSchema.anyOf = shapes.map(toInputSchema);
    },
  });
  delete schema.$schema; // It stands at the top alone.
  return schema;
}
