import type { errorBody } from "./answer-shapes.ts";
import type { Shaped } from "./shape-parts.ts";

/** Every code of the API's own errors with its HTTP status, meaning and cure. */
export const API_ERRORS = {
  "no-token": {
    status: 401,
    meaning: "The request bears no token, or another's.",
    cure: "Send `Authorization: Bearer TOKEN`; the CLI reads it from the state folder.",
  },
  "invalid-manifest": {
    status: 422,
    meaning: "A manifest cannot be taken as it is; `faults` says where.",
    cure: "Mend all faults; nothing was changed.",
  },
  "refused-object": {
    status: 422,
    meaning: "The scheduler or the engine can never do what the object asks for.",
    cure: "Read the message; nothing was changed.",
  },
  "wrong-host": {
    status: 421,
    meaning: "The Host header names something else than this API.",
    cure: "Ask by the address on which it listens; `--listen` names others.",
  },
  "unknown-path": { status: 404, meaning: "The API has no such path.", cure: "See /openapi.json." },
  "unknown-object": {
    status: 404,
    meaning: "There is no object of this kind and name.",
    cure: "List the kind.",
  },
  "wrong-method": {
    status: 405,
    meaning: "The path does not take this method.",
    cure: "See the Allow header.",
  },
  "version-conflict": {
    status: 409,
    meaning: "The object has changed since the resourceVersion that was sent.",
    cure: "Read it again, and repeat the change.",
  },
  "object-in-use": {
    status: 409,
    meaning: "The object cannot go while others need it.",
    cure: "Delete those first.",
  },
  "too-many-objects": {
    status: 403,
    meaning: "The control plane keeps as many objects of this kind as it can already.",
    cure: "Delete some that are not needed any more.",
  },
  "body-too-large": {
    status: 413,
    meaning: "The body is longer than the API reads.",
    cure: "Split it.",
  },
  "headers-too-large": {
    status: 431,
    meaning: "The request's headers are longer than the API reads.",
    cure: "Send fewer or shorter ones.",
  },
  "request-too-slow": {
    status: 408,
    meaning: "The request did not come within the time that the API waits for one.",
    cure: "Repeat it.",
  },
  "invalid-request": {
    status: 400,
    meaning: "A parameter or a header is outside of what the path takes.",
    cure: "Read the message.",
  },
  "version-too-old": {
    status: 410,
    meaning: "A watch asks for changes that are not remembered any more.",
    cure: "List, then watch from there.",
  },
  "output-replaced": {
    status: 409,
    meaning:
      "In the place of an output stands a link, a pipe or another thing that is no plain file.",
    cure: "Look at what the process does with its own output; its next start writes a new one.",
  },
  "too-many-requests": {
    status: 429,
    meaning: "More requests or watches at once than the API serves.",
    cure: "Wait, and repeat.",
  },
  "shutting-down": {
    status: 503,
    meaning: "The control plane is about to end.",
    cure: "Start it again: neuraxis up.",
  },
  "internal-error": {
    status: 500,
    meaning: "A bug; nothing is known to have changed.",
    cure: "Report it with the text from the log.",
  },
} as const;

export type ApiErrorCode = keyof typeof API_ERRORS;

/** Body of every answer that is not 2xx. `refusal` with `refused-object`, `faults` with `invalid-manifest`. */
export type ApiErrorBody = Shaped<typeof errorBody>;
