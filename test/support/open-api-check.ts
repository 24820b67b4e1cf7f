import assert from "node:assert/strict";
import { z } from "zod";
import type { Route } from "../../src/control/server/route.ts";

type Schema = z.core.JSONSchema.JSONSchema;

/** What is looked at of an OpenAPI document. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, Answer | { readonly $ref: string }>>;
}

interface Answer {
  readonly content: Readonly<Record<string, { readonly schema: object }>>;
}

/** Whether answers are as a document says. */
export class OpenApiCheck {
  readonly document: OpenApi;
  readonly #definitions: Schema;
  readonly #shapes = new Map<string, z.ZodType>();

  constructor(document: OpenApi) {
    this.document = document;
    this.#definitions = toDefinitions(document.components.schemas);
  }

  operation({ method, path }: Pick<Route, "method" | "path">): Operation | undefined {
    return this.document.paths[path]?.[method.toLowerCase()];
  }

  /** Fails unless the route may answer this, with this status. */
  assertAnswer(route: Pick<Route, "method" | "path">, status: number, body: unknown): void {
    const operation = this.operation(route);
    const answer = operation?.responses[status] ?? operation?.responses["default"];
    assert.ok(answer !== undefined, `${route.path} answers with ${status}`);
    const isNamed = "$ref" in answer;
    if (isNamed) assert.equal(answer.$ref, "#/components/responses/AnyError");
    const { schema } = isNamed
      ? { schema: { $ref: "#/components/schemas/Error" } }
      : answer.content["application/json"];
    const { error } = this.#shapeOf(schema).safeParse(body);
    assert.equal(error && z.prettifyError(error), undefined, `${route.method} ${route.path}`);
  }

  #shapeOf(schema: object): z.ZodType {
    const key = JSON.stringify(schema);
    const known = this.#shapes.get(key);
    if (known !== undefined) return known;
    const shape = z.fromJSONSchema({ ...toDefinitions(schema), $defs: this.#definitions as never });
    this.#shapes.set(key, shape);
    return shape;
  }
}

/** With references as a JSON Schema that stands alone has them. */
function toDefinitions(schema: object): Schema {
  const text = JSON.stringify(schema).replaceAll('"#/components/schemas/', '"#/$defs/');
  return JSON.parse(text, (key, value: unknown) => {
    // It is read without the flag that JSON Schema asks for.
    const isUnread = key === "pattern" && typeof value === "string" && value.includes("\\p{");
    return isUnread ? undefined : value;
  }) as Schema;
}
