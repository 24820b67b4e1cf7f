import { z } from "zod";
import {
  cancelAnswer,
  eventsAnswer,
  healthAnswer,
  shutdownOrder,
  usageAnswer,
  versionAnswer,
  whyAnswer,
} from "../../api/answer-shapes.ts";
import { objectReference, wholeNumber } from "../../api/parameters.ts";
import { API_VERSION } from "../../manifest/manifest.ts";
import { fail, succeed } from "../../model/result.ts";
import { failure } from "../failures.ts";
import { jsonRoute, type Route } from "./route.ts";

const EVENTS_MAX = 1000;

/** The API itself, what is asked of jobs alone, what happened, and the end. */
export const otherRoutes: readonly Route[] = [
  jsonRoute({
    method: "GET",
    path: "/healthz",
    id: "getHealth",
    summary: "Whether the API answers",
    isOpen: true,
    query: {},
    errors: [],
    status: 200,
    shape: healthAnswer,
    handle: () => succeed({ status: "ok" as const }),
  }),
  jsonRoute({
    method: "GET",
    path: "/version",
    id: "getVersion",
    summary: "Versions of the program and of the API",
    isOpen: true,
    query: {},
    errors: [],
    status: 200,
    shape: versionAnswer,
    handle: ({ version }) => succeed({ version, apiVersion: API_VERSION } as const),
  }),
  jsonRoute({
    method: "GET",
    path: "/openapi.json",
    id: "getOpenApi",
    summary: "This document",
    isOpen: true,
    query: {},
    errors: [],
    status: 200,
    shape: z.looseObject({ openapi: z.string() }),
    isConstant: true,
    handle: ({ describe }) => succeed({ openapi: "", ...describe() }),
  }),
  jsonRoute({
    method: "GET",
    path: "/v1alpha1/batchjobs/{name}/why",
    id: "whyBatchJob",
    summary: "Why a job does not run, and what would let it",
    query: {},
    errors: ["unknown-object"],
    status: 200,
    shape: whyAnswer,
    handle: ({ plane }, { name }) => plane.why(name),
  }),
  jsonRoute({
    method: "POST",
    path: "/v1alpha1/batchjobs/{name}/cancel",
    id: "cancelBatchJob",
    summary: "Ends a job; what is known of it and its output stay",
    query: {},
    headers: ["If-Match"],
    errors: ["unknown-object", "version-conflict"],
    status: 200,
    shape: cancelAnswer,
    handle: ({ plane }, { name, ifMatch }) => plane.cancel(name, ifMatch),
  }),
  jsonRoute({
    method: "GET",
    path: "/v1alpha1/events",
    id: "listEvents",
    summary: "What happened, for people: the newest, the newest last",
    query: {
      about: objectReference.exactOptional().describe("`Kind/name` of the object. Absent: of all."),
      after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
        .default(0)
        .describe("Only those of a higher sequence."),
      limit: wholeNumber(1, EVENTS_MAX).default(100).describe("At most so many."),
    },
    errors: [],
    status: 200,
    shape: eventsAnswer,
    handle: ({ plane }, { query }) => succeed({ events: plane.events(query) }),
  }),
  jsonRoute({
    method: "GET",
    path: "/v1alpha1/usage",
    id: "getUsage",
    summary: "CPU and memory that work uses",
    query: {},
    errors: [],
    status: 200,
    shape: usageAnswer,
    handle: ({ usage }) => succeed(usage()),
  }),
  jsonRoute({
    method: "POST",
    path: "/v1alpha1/shutdown",
    id: "shutDown",
    summary: "Ends the control plane",
    query: {},
    body: shutdownOrder,
    errors: ["body-too-large"],
    status: 202,
    shape: shutdownOrder,
    handle: ({ shutDown }, { body }) => {
      const order = shutdownOrder.safeParse(parseJson(body));
      if (!order.success) {
        const message = 'the body has to be {"workloads": "keep"} or {"workloads": "end"}';
        return fail(failure("invalid-request", message));
      }
      shutDown(order.data.workloads);
      return succeed(order.data);
    },
  }),
];

/** `undefined` for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
