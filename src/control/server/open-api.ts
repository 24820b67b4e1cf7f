import { z } from "zod";
import { type ApiErrorCode, API_ERRORS } from "../../api/api-error.ts";
import { errorBody } from "../../api/answer-shapes.ts";
import { type JsonSchema, manifestSchema } from "../../manifest/manifest-schema.ts";
import type { Header, Route } from "./route.ts";

type Plain = Readonly<Record<string, unknown>>;

const DESCRIPTION = [
  "What Neuraxis is asked by its command line, and can be asked by any program.",
  "Every answer that is not 2xx is an Error with a code that stays, a message and a cure.",
  "Parameters and keys that are not here are refused.",
].join(" ");

/** Errors that any request can have. */
const COMMON_ERRORS: readonly ApiErrorCode[] = [
  "invalid-request",
  "wrong-host",
  "request-too-slow",
  "headers-too-large",
  "internal-error",
  "shutting-down",
];

const HEADERS: Readonly<Record<Header, string>> = {
  "If-Match": 'The resourceVersion that the object must be at still, such as `"17"`.',
  "Last-Event-ID": "The `id` of the last event that was received; it goes on after that.",
};

/** The OpenAPI 3.1 document of the routes, made of the shapes by which they read and answer. */
export function openApiDocument(routes: readonly Route[], version: string): object {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Plain>> = {};
  for (const route of routes) {
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: describeRoute(route, schemas),
    };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Neuraxis control API", version, description: DESCRIPTION },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      responses: { AnyError: listErrors(COMMON_ERRORS, schemas) },
      schemas: schemas.all(),
    },
  };
}

function describeRoute(route: Route, schemas: Schemas): Plain {
  const { id, summary, isOpen, body, errors } = route;
  return {
    operationId: id,
    summary,
    ...(isOpen === true ? { security: [] } : {}),
    parameters: [
      ...(route.path.includes("{name}") ? [pathName] : []),
      ...describeQuery(route.query),
      ...(route.headers ?? []).map(describeHeader),
    ],
    ...(body === undefined ? {} : { requestBody: describeBody(body, schemas) }),
    responses: {
      ...describeSuccess(route, schemas),
      ...describeErrors(isOpen === true ? errors : ["no-token", ...errors], schemas),
      default: { $ref: "#/components/responses/AnyError" },
    },
  };
}

const pathName = {
  name: "name",
  in: "path",
  required: true,
  description: "Name of the object; a slash in it is written `%2F`.",
  schema: { type: "string" },
};

function describeQuery(query: z.ZodRawShape): Plain[] {
  const shape = z.strictObject(query);
  // What is read from a text is described by what it is read as.
  const { properties = {} } = z.toJSONSchema(shape, { unrepresentable: "any" });
  return Object.entries(properties).map(([name, property]) => {
    const { description = "", ...schema } = property as JsonSchema;
    const required = !z.strictObject({ [name]: query[name] }).safeParse({}).success;
    // Lists have commas between their items.
    return { name, in: "query", required, description, explode: false, schema };
  });
}

function describeHeader(name: Header): Plain {
  return { name, in: "header", description: HEADERS[name], schema: { type: "string" } };
}

function describeBody(body: NonNullable<Route["body"]>, schemas: Schemas): Plain {
  if (body !== "manifests") {
    return { required: true, content: { "application/json": { schema: schemas.refer(body) } } };
  }
  const schema = { $ref: "#/components/schemas/Manifest" };
  return {
    required: true,
    description: "Manifests in YAML, with `---` between them, or one in JSON.",
    content: { "application/yaml": { schema }, "application/json": { schema } },
  };
}

function describeSuccess(route: Route, schemas: Schemas): Plain {
  if (route.kind === "json") {
    const content = { "application/json": { schema: schemas.refer(route.shape) } };
    return { [route.status]: { description: "As asked.", content } };
  }
  const { mediaType, description, data } = route.stream;
  const refer = data === undefined ? {} : { contentSchema: schemas.refer(data) };
  return {
    200: { description, content: { [mediaType]: { schema: { type: "string", ...refer } } } },
  };
}

/** One answer for each status, with all codes that have it. */
function describeErrors(codes: readonly ApiErrorCode[], schemas: Schemas): Plain {
  const statuses = Map.groupBy(codes, (code) => API_ERRORS[code].status);
  const answers = Array.from(statuses, ([status, codes]) => [status, listErrors(codes, schemas)]);
  return Object.fromEntries(answers) as Plain;
}

function listErrors(codes: readonly ApiErrorCode[], schemas: Schemas): Plain {
  return {
    description: codes.map((code) => `\`${code}\`: ${API_ERRORS[code].meaning}`).join("\n"),
    content: { "application/json": { schema: schemas.refer(errorBody) } },
  };
}

/** The named schemas that are referred to. */
class Schemas {
  readonly #found = new Map<string, Plain>();

  constructor() {
    const manifests = manifestSchema();
    for (const [kind, { properties = {}, ...rest }] of Object.entries(manifests.$defs)) {
      const { spec, ...others } = properties;
      const reference = { $ref: `#/components/schemas/${kind}Spec` };
      this.#found.set(`${kind}Spec`, spec as Plain);
      this.#found.set(`${kind}Manifest`, { ...rest, properties: { ...others, spec: reference } });
    }
    const kinds = Object.keys(manifests.$defs);
    const oneOf = kinds.map((kind) => ({ $ref: `#/components/schemas/${kind}Manifest` }));
    this.#found.set("Manifest", { oneOf });
  }

  /** A schema of the shape's answers, which refers to the shapes that have a name. */
  refer(shape: z.ZodType): Plain {
    // As a part of something else a shape that has a name is referred to by it.
    const { $defs = {}, items } = z.toJSONSchema(z.array(shape), {
      override: ({ jsonSchema }) => {
        if (jsonSchema.format === "date-time") delete jsonSchema.pattern; // It says the same.
      },
    });
    for (const [name, schema] of Object.entries($defs)) this.#found.set(name, toComponents(schema));
    return toComponents(items);
  }

  all(): Plain {
    const names = Array.from(this.#found.keys()).sort();
    return Object.fromEntries(names.map((name) => [name, this.#found.get(name)]));
  }
}

/** With its references led to the document's components. */
function toComponents(schema: unknown): Plain {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as Plain;
}
