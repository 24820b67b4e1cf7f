import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBed, jobText, queueText, serviceText } from "../../../test/support/control-bed.ts";
import { type OpenApi, OpenApiCheck } from "../../../test/support/open-api-check.ts";
import { openApiDocument } from "./open-api.ts";
import { ROUTES } from "./routes.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

test("what a running control plane tells is as the document says, from start to end", async () => {
  const check = new OpenApiCheck(openApiDocument(ROUTES, "1.2.3") as OpenApi);
  const manifests = [
    jobText("a", "checkpoint: {every: 1s}", "suspension: {hostMemory: 1Gi}"),
    jobText("b", "resources: {cpu: 2, memory: 64Mi}", "deadline: 1d"),
    serviceText("chat", "sleep: {hostMemory: 1Gi}", "objective: {wait: 1s, missed: 0.01}"),
    queueText("research", "limit: {cpu: 64}"),
  ].join("");
  const bed = await new ControlBed({ manifests, cores: 3 }).begin();
  const api = {
    plane: bed.control,
    logs: { find: () => undefined },
    usage: () => ({ at: "2026-01-01T00:00:00Z", nodes: [], processes: [] }),
    version: "1.2.3",
    shutDown: () => {},
    limits: SERVER_LIMITS,
    describe: () => ({}),
  };
  const names = { why: "b", getBatchJob: "a", getModelService: "chat", getQueue: "research" };
  const checkAll = async () => {
    for (const route of ROUTES) {
      if (route.kind !== "json" || route.method !== "GET") continue;
      const name = Object.entries(names).find(([id]) => route.id.startsWith(id))?.[1] ?? "local";
      const query = { after: 0, limit: 1000 };
      const call = { name, query, ifMatch: undefined, lastEventId: undefined, body: "" };
      const stop = AbortSignal.abort();
      const told = await route.handle(api, { ...call, stop });
      const { status, body } = told.ok
        ? { status: route.status, body: told.value }
        : { status: 404, body: { error: told.reason } };
      check.assertAnswer(route, status, JSON.parse(JSON.stringify(body)));
    }
  };
  await checkAll();
  const applied = await bed.apply(manifests);
  assert.ok(applied.ok);
  check.assertAnswer({ method: "POST", path: "/v1alpha1/apply" }, 200, applied.value);
  for (const ms of [0, 50, 200, 2000]) {
    await bed.advance(ms);
    await checkAll();
  }
  const deleted = await bed.delete("ModelService", "chat");
  assert.ok(deleted.ok);
  const path = "/v1alpha1/modelservices/{name}";
  check.assertAnswer({ method: "DELETE", path }, 200, deleted.value);
  await checkAll();
  assert.equal(bed.phases()["a"], "Succeeded");
});
