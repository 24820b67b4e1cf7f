import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { manifests } from "../../../test/support/manifest-arbitraries.ts";
import { MemoryPlane } from "../../../test/support/memory-plane.ts";
import { type OpenApi, OpenApiCheck } from "../../../test/support/open-api-check.ts";
import { COLLECTIONS } from "../../api/collections.ts";
import { parseManifests } from "../../manifest/parse-manifests.ts";
import { openApiDocument } from "./open-api.ts";
import { ROUTES } from "./routes.ts";
import { toWritten } from "./written-object.ts";

const check = new OpenApiCheck(openApiDocument(ROUTES, "1.2.3") as OpenApi);

test("each object is written as the document says, and reads as the same manifest", async () => {
  const plane = new MemoryPlane();
  await fc.assert(
    fc.asyncProperty(manifests, async (manifest) => {
      const { kind, metadata } = manifest;
      await plane.apply([manifest], { dryRun: false, versions: new Map() });
      const told = JSON.parse(JSON.stringify(toWritten(plane.get(kind, metadata.name)!)));
      const [word] = Object.entries(COLLECTIONS).find(([, other]) => other === kind)!;
      check.assertAnswer({ method: "GET", path: `/v1alpha1/${word}/{name}` }, 200, told);
      const { name, labels, annotations } = told.metadata;
      const again = { ...told, metadata: { name, labels, annotations }, status: undefined };
      const read = parseManifests(JSON.stringify(again), "again.json");
      assert.deepEqual(read, { ok: true, value: [manifest] });
    }),
  );
});
