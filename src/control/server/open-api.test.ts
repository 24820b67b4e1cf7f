import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { ApiBed } from "../../../test/support/api-bed.ts";
import { observedObjects } from "../../../test/support/memory-plane.ts";
import { type OpenApi, OpenApiCheck } from "../../../test/support/open-api-check.ts";
import { ROUTES } from "./routes.ts";

const bed = await ApiBed.start();
const document = (await (await bed.fetch("/openapi.json")).json()) as OpenApi;
const check = new OpenApiCheck(document);

const [jobs, services, queues] = ["batch-job", "model-service", "queues"].map((file) =>
  readFileSync(new URL(`../../../examples/manifests/${file}.yaml`, import.meta.url), "utf8"),
);
const bodies: Readonly<Record<string, string>> = {
  apply: [jobs, services, queues].join("---\n"),
  putBatchJob: firstOf(jobs),
  putModelService: firstOf(services),
  putQueue: firstOf(queues),
  shutDown: '{"workloads":"keep"}',
};
const names: Readonly<Record<string, string>> = {
  Node: "local",
  Replica: "chat%2F3",
  BatchJob: "tune-chat-7b",
  ModelService: "chat-7b",
  Queue: "research",
};

test("each route is in the document, and each has an id of its own", () => {
  const ids = ROUTES.map((route) => check.operation(route)?.operationId);
  assert.deepEqual(
    ids,
    ROUTES.map(({ id }) => id),
  );
  assert.equal(new Set(ids).size, ROUTES.length);
  const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
  assert.equal(operations.length, ROUTES.length);
});

test("each reference in the document leads somewhere, and each schema is referred to", () => {
  const text = JSON.stringify(document);
  const references = new Set(Array.from(text.matchAll(/"\$ref":"([^"]*)"/g), ([, to]) => to));
  const schemas = Object.keys(document.components.schemas).map(
    (name) => `#/components/schemas/${name}`,
  );
  const leading = Array.from(references).filter((to) => to.startsWith("#/components/schemas/"));
  assert.deepEqual(leading.toSorted(compareTexts), schemas.toSorted(compareTexts));
});

test("every answer is as the document says: of good requests, of bad ones, of those without a token", async () => {
  for (const object of observedObjects()) bed.plane.put(object);
  await bed.fetch("/v1alpha1/apply", { method: "POST", body: bodies["apply"] });
  // Deleting comes last.
  const routes = ROUTES.toSorted((left, right) => rank(left.method) - rank(right.method));
  for (const route of routes) {
    if (route.kind === "stream") continue;
    const { method, path, id } = route;
    const kind = Object.keys(names).find((kind) => id.endsWith(kind)) ?? "";
    const there = path.replace("{name}", names[kind] ?? "");
    const body = bodies[id];
    const cases: readonly Case[] = [
      ...(body === undefined ? [] : [{ url: there, body: "kind: Nothing" }]),
      { url: there, headers: { "If-Match": '"999"' } },
      { url: there, headers: { Authorization: "" }, status: route.isOpen ? route.status : 401 },
      { url: `${there}?surely=unknown`, status: 400 },
      { url: path.replace("{name}", "missing") },
      { url: there, status: route.status },
    ];
    for (const { url, headers = {}, status, ...given } of cases) {
      const sent = body === undefined ? {} : { body: given.body ?? body };
      const answer = await bed.fetch(url, { method, headers, ...sent });
      if (status !== undefined) assert.equal(answer.status, status, `${method} ${url}`);
      check.assertAnswer(route, answer.status, await answer.json());
    }
  }
  assert.deepEqual(bed.bugs, []);
});

test("what is answered can be applied again: a spec is told as it is written", async () => {
  await bed.fetch("/v1alpha1/apply", { method: "POST", body: bodies["apply"] });
  const client = bed.client();
  for (const kind of ["BatchJob", "ModelService", "Queue"] as const) {
    const told = await client.get(kind, names[kind]);
    const { apiVersion, metadata, spec } = told;
    const { name, labels, annotations } = metadata;
    const again = { apiVersion, kind, metadata: { name, labels, annotations }, spec };
    await client.apply(JSON.stringify(again), { file: "again.json" });
    assert.deepEqual((await client.get(kind, names[kind])).spec, spec);
  }
  const { spec } = await client.get("BatchJob", names["BatchJob"]);
  assert.equal(spec.roles[0].resources.memory, "512Gi");
});

interface Case {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: a good one, where the route takes one. */
  readonly body?: string;
  /** Absent: any. */
  readonly status?: number;
}

function firstOf(documents: string): string {
  return documents.split("---\n")[0];
}

function rank(method: string): number {
  return method === "DELETE" ? 1 : 0;
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
