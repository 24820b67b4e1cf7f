import { z } from "zod";
import type { ApiErrorCode } from "../../api/api-error.ts";
import { applyAnswer, deleteAnswer } from "../../api/answer-shapes.ts";
import { COLLECTIONS } from "../../api/collections.ts";
import { objectShapes } from "../../api/object-shapes.ts";
import type { ObjectKind, WrittenObject } from "../../api/objects.ts";
import { flag, versionList } from "../../api/parameters.ts";
import { type Manifest, type ManifestKind, manifestShapes } from "../../manifest/manifest.ts";
import { parseManifests } from "../../manifest/parse-manifests.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { ApiFailure } from "../control-plane.ts";
import { failure, unknownObject } from "../failures.ts";
import { jsonRoute, type Route } from "./route.ts";
import { toWritten } from "./written-object.ts";

const NO_VERSIONS: ReadonlyMap<string, string> = new Map();
const dryRun = flag.default(false).describe("Only says what would be, and changes nothing.");
const applyErrors = [
  "invalid-manifest",
  "refused-object",
  "version-conflict",
  "body-too-large",
] satisfies ApiErrorCode[];

/** Objects of every kind: to list, to read, and those of manifests to write and to delete. */
export const objectRoutes: readonly Route[] = [
  jsonRoute({
    method: "POST",
    path: "/v1alpha1/apply",
    id: "apply",
    summary: "Makes what manifests ask for: all of them or none",
    query: {
      dryRun,
      versions: versionList
        .exactOptional()
        .describe(
          "`Kind/name:resourceVersion`, with commas between several: what these objects must be at.",
        ),
    },
    body: "manifests",
    errors: applyErrors,
    status: 200,
    shape: applyAnswer,
    handle: ({ plane }, { query: { dryRun, versions = NO_VERSIONS }, body }) => {
      const parsed = readManifests(body);
      if (!parsed.ok) return parsed;
      const names = new Set(parsed.value.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
      const foreign = Array.from(versions.keys()).find((name) => !names.has(name));
      if (foreign === undefined) return plane.apply(parsed.value, { dryRun, versions });
      return fail(failure("invalid-request", `versions names ${foreign}, no manifest does`));
    },
  }),
  ...Object.entries(COLLECTIONS).flatMap(([collection, kind]) => {
    const routes = readRoutes(`/v1alpha1/${collection}`, kind);
    if (!isWritten(kind)) return routes;
    return routes.concat(writeRoutes(`/v1alpha1/${collection}/{name}`, kind));
  }),
];

function readRoutes(path: string, kind: ObjectKind): Route[] {
  const shape: z.ZodType<WrittenObject> = objectShapes[kind];
  const list = z
    .strictObject({
      resourceVersion: z.string().describe("From where a watch goes on."),
      objects: z.array(shape).describe("Sorted by name."),
    })
    .meta({ id: `${kind}List` });
  return [
    jsonRoute({
      method: "GET",
      path,
      id: `list${kind}s`,
      summary: `All objects of kind ${kind}`,
      query: {},
      errors: [],
      status: 200,
      shape: list,
      handle: ({ plane }) => {
        const { objects, resourceVersion } = plane.list(kind);
        return succeed({ resourceVersion, objects: objects.map(toWritten) });
      },
    }),
    jsonRoute({
      method: "GET",
      path: `${path}/{name}`,
      id: `get${kind}`,
      summary: `One ${kind}`,
      query: {},
      errors: ["unknown-object"],
      status: 200,
      shape,
      handle: ({ plane }, { name }) => {
        const object = plane.get(kind, name);
        return object === undefined ? fail(unknownObject(kind, name)) : succeed(toWritten(object));
      },
    }),
  ];
}

function writeRoutes(path: string, kind: ManifestKind): Route[] {
  return [
    jsonRoute({
      method: "PUT",
      path,
      id: `put${kind}`,
      summary: `Makes or changes one ${kind} by its manifest`,
      query: { dryRun },
      headers: ["If-Match"],
      body: "manifests",
      errors: applyErrors,
      status: 200,
      shape: applyAnswer,
      handle: ({ plane }, { name, query: { dryRun }, ifMatch, body }) => {
        const parsed = readManifests(body);
        if (!parsed.ok) return parsed;
        const [manifest, ...others] = parsed.value;
        const { kind: given, metadata } = manifest;
        if (others.length > 0 || given !== kind || metadata.name !== name) {
          const message = `the body has to be the manifest of ${kind} ${name} alone; it begins with ${given} ${metadata.name}`;
          return fail(failure("invalid-request", message));
        }
        const versions =
          ifMatch === undefined ? NO_VERSIONS : new Map([[`${kind}/${name}`, ifMatch]]);
        return plane.apply(parsed.value, { dryRun, versions });
      },
    }),
    jsonRoute({
      method: "DELETE",
      path,
      id: `delete${kind}`,
      summary: `Ends and removes one ${kind}`,
      query: {},
      headers: ["If-Match"],
      errors: ["unknown-object", "version-conflict", "object-in-use"],
      status: 200,
      shape: deleteAnswer,
      handle: ({ plane }, { name, ifMatch }) => plane.delete(kind, name, ifMatch),
    }),
  ];
}

function isWritten(kind: ObjectKind): kind is ManifestKind {
  return Object.hasOwn(manifestShapes, kind);
}

/** At least one, or all that is wrong. */
function readManifests(body: string): Result<readonly Manifest[], ApiFailure> {
  const parsed = parseManifests(body, "request");
  if (parsed.ok) return parsed;
  const { length } = parsed.reason;
  const message =
    length === 1 ? "the manifests have a fault" : `the manifests have ${length} faults`;
  return fail({ ...failure("invalid-manifest", message), faults: parsed.reason });
}
