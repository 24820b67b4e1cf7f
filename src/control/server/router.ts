import { fail, type Result, succeed } from "../../model/result.ts";
import type { ApiFailure } from "../control-plane.ts";
import { failure } from "../failures.ts";
import type { Route } from "./route.ts";

const NAME_STEP = "{name}";

/** All that one path takes. */
interface PathEntry {
  readonly steps: readonly string[];
  readonly methods: Map<string, Route>;
}

export interface FoundPath {
  readonly methods: ReadonlyMap<string, Route>;
  /** What stands in the path for `{name}`, decoded; "" where the path has none. */
  readonly name: string;
}

/** Finds the routes of a path. O(routes). */
export class Router {
  readonly #paths = new Map<string, PathEntry>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const entry = this.#paths.get(route.path) ?? {
        steps: route.path.split("/"),
        methods: new Map(),
      };
      entry.methods.set(route.method, route);
      this.#paths.set(route.path, entry);
    }
  }

  /** @param path as it was sent, without the query. */
  find(path: string): Result<FoundPath, ApiFailure> {
    const steps = path.split("/").map(decodeStep);
    if (steps.includes(undefined)) {
      return fail(failure("invalid-request", "the path has a % that stands for no character"));
    }
    for (const entry of this.#paths.values()) {
      if (!isAlike(entry.steps, steps)) continue;
      const name = steps[entry.steps.indexOf(NAME_STEP)] ?? "";
      return succeed({ methods: entry.methods, name });
    }
    return fail(failure("unknown-path", "there is nothing at this path"));
  }
}

function isAlike(pattern: readonly string[], steps: readonly (string | undefined)[]): boolean {
  if (pattern.length !== steps.length) return false;
  return pattern.every((step, index) =>
    step === NAME_STEP ? steps[index] !== "" : step === steps[index],
  );
}

function decodeStep(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}
