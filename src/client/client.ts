import type {
  ApplyAnswer,
  CancelAnswer,
  DeleteAnswer,
  EventsAnswer,
  HealthAnswer,
  ShutdownOrder,
  UsageAnswer,
  VersionAnswer,
  WhyAnswer,
} from "../api/answers.ts";
import type { EventRecord, ObjectKind, WrittenObjects } from "../api/objects.ts";
import type { ManifestKind } from "../manifest/manifest.ts";
import { ClientError } from "./client-error.ts";
import { type ApiAddress, ask } from "./connection.ts";
import { type ListAnswer, listObjects, pathOf } from "./list-objects.ts";
import { readStream } from "./read-stream.ts";
import { watch, type WatchNews, type WatchOptions } from "./watch.ts";

const YAML = { "Content-Type": "application/yaml" };
const JSON_TYPE = { "Content-Type": "application/json" };

export interface ApplyOptions {
  /** What the text is called in faults. */
  readonly file: string;
  /** Only says what would be. */
  readonly dryRun?: boolean;
  /** resourceVersion that objects must be at still, by `Kind/name`. */
  readonly versions?: ReadonlyMap<string, string>;
}

export interface EventsOptions {
  /** `Kind/name`. */
  readonly about?: string;
  /** Only those of a higher sequence. */
  readonly after?: number;
  /** At most so many, the newest ones. */
  readonly limit?: number;
}

/** Whose output, and how much of it. */
export interface LogOptions {
  readonly kind: "BatchJob" | "ModelService";
  readonly name: string;
  /** Of a job; absent: the first. */
  readonly member?: number;
  /** Of a service; absent: the youngest. */
  readonly replica?: number;
  readonly stream?: "stdout" | "stderr" | "both";
  /** Lines before the end; absent: all that is kept. */
  readonly tail?: number;
  readonly follow?: boolean;
  readonly stop?: AbortSignal;
}

/** The control API as functions. Each throws a ClientError if it is not done. */
export interface Client {
  health(): Promise<HealthAnswer>;
  version(): Promise<VersionAnswer>;
  /** Makes what the manifests of a text ask for: all of them or none. */
  apply(text: string, options: ApplyOptions): Promise<ApplyAnswer>;
  list<Kind extends ObjectKind>(kind: Kind): Promise<ListAnswer<Kind>>;
  get<Kind extends ObjectKind>(kind: Kind, name: string): Promise<WrittenObjects[Kind]>;
  /** @param resourceVersion that the object must be at still. */
  delete(kind: ManifestKind, name: string, resourceVersion?: string): Promise<DeleteAnswer>;
  /** Ends a job, which stays to be looked at. @param resourceVersion that it must be at still. */
  cancel(job: string, resourceVersion?: string): Promise<CancelAnswer>;
  /** What there is, then each change; it survives the end of a connection. */
  watch(options: WatchOptions): AsyncIterable<WatchNews>;
  why(job: string): Promise<WhyAnswer>;
  events(options?: EventsOptions): Promise<readonly EventRecord[]>;
  /** What work uses now; rates of CPU follow from two answers. */
  usage(): Promise<UsageAnswer>;
  /** Output as it was written, in pieces of any size. */
  log(options: LogOptions): AsyncIterable<Uint8Array>;
  shutdown(workloads: ShutdownOrder["workloads"]): Promise<ShutdownOrder>;
}

/** A client of the API at an address. It holds nothing open and keeps no process alive. */
export function createClient(address: ApiAddress): Client {
  return {
    health: () => ask(address, { path: "/healthz" }),
    version: () => ask(address, { path: "/version" }),
    apply: (text, options) => apply(address, text, options),
    list: (kind) => listObjects(address, kind),
    get: (kind, name) => ask(address, { path: pathOf(kind, name) }),
    delete: (kind, name, resourceVersion) =>
      ask(address, {
        method: "DELETE",
        path: pathOf(kind, name),
        headers: ifMatch(resourceVersion),
      }),
    cancel: (job, resourceVersion) =>
      ask(address, {
        method: "POST",
        path: `${pathOf("BatchJob", job)}/cancel`,
        headers: ifMatch(resourceVersion),
      }),
    watch: (options) => watch(address, options),
    why: (job) => ask(address, { path: `${pathOf("BatchJob", job)}/why` }),
    events: async (options = {}) => {
      const query = { ...options };
      const { events } = await ask<EventsAnswer>(address, { path: "/v1alpha1/events", query });
      return events;
    },
    usage: () => ask(address, { path: "/v1alpha1/usage" }),
    log: ({ kind, name, stop, ...query }) =>
      readStream(address, { path: `${pathOf(kind, name)}/log`, query, stop }),
    shutdown: (workloads) =>
      ask(address, {
        method: "POST",
        path: "/v1alpha1/shutdown",
        headers: JSON_TYPE,
        body: JSON.stringify({ workloads } satisfies ShutdownOrder),
      }),
  };
}

function ifMatch(resourceVersion: string | undefined): Readonly<Record<string, string>> {
  return resourceVersion === undefined ? {} : { "If-Match": `"${resourceVersion}"` };
}

async function apply(
  address: ApiAddress,
  text: string,
  { file, dryRun, versions = new Map() }: ApplyOptions,
): Promise<ApplyAnswer> {
  const wanted = Array.from(versions, ([name, version]) => `${name}:${version}`).join(",");
  const query = { dryRun, versions: wanted === "" ? undefined : wanted };
  try {
    const path = "/v1alpha1/apply";
    return await ask(address, { method: "POST", path, query, headers: YAML, body: text });
  } catch (error) {
    if (!(error instanceof ClientError) || error.faults.length === 0) throw error;
    // The API does not know what the text is called.
    const faults = error.faults.map((fault) => ({ ...fault, file }));
    const { code, message, cure } = error;
    throw new ClientError({ code, message, cure, faults });
  }
}
