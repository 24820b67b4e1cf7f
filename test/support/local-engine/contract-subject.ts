import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Engine, Step } from "../../../src/engine/engine.ts";
import { openLocalEngine } from "../../../src/engine/local/open-local-engine.ts";
import { markOf, replicaProcess } from "../../../src/engine/local/process-ids.ts";
import type { PlannedEvent, Workload } from "../../../src/engine/simulated/workload.ts";
import type { Action, StopJob } from "../../../src/model/action.ts";
import type { Event } from "../../../src/model/event.ts";
import type { JobId } from "../../../src/model/ids.ts";
import type { Catalog, CatalogJob, CatalogService } from "../../../src/model/launch.ts";
import type { Opened, Subject } from "../engine-contract/engine-contract.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const program = (name: string) => [process.execPath, path.join(here, name)];
const environment = { PATH: process.env["PATH"] ?? "" };

/** The local engine, with real processes. */
export const localSubject: Subject = { beatMs: 600, nodesMax: 1, open };

async function open(workload: Workload): Promise<Opened> {
  const folder = mkdtempSync(path.join(tmpdir(), "nx-"));
  const node = workload.events.flatMap(({ event }) =>
    event.kind === "node-added" ? [event.node] : [],
  )[0];
  const local = openLocalEngine({
    folder,
    node,
    catalog: catalogOf(workload),
    door: { host: "127.0.0.1", port: 0 },
    environment,
    // A busy machine would let offline work stand still, and the cases are about order alone.
    memberClass: "online",
  });
  await local.engine.begin();
  const beganMs = Date.now();
  const clients = new AbortController();
  for (const { arrivalMs, serveMs } of workload.requests) {
    for (const [index, atMs] of arrivalMs.entries()) {
      setTimeout(() => void ask(serveMs[index]), beganMs + atMs - Date.now());
    }
  }
  async function ask(ms: number): Promise<void> {
    while (local.endpointOf("s") === undefined) await setImmediate();
    const url = `${local.endpointOf("s")}/work?ms=${ms}`;
    // A client that the end of the case cuts off has nothing to say.
    await fetch(url, { signal: clients.signal }).catch(() => {});
  }
  return {
    engine: new PlayedEngine(local, workload.events, { beganMs, folder }),
    close: async () => {
      clients.abort();
      await local.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Local = ReturnType<typeof openLocalEngine>;

/** Makes planned events happen: those of users are told beside the engine's own. */
class PlayedEngine implements Engine {
  readonly #local: Local;
  readonly #planned: PlannedEvent[];
  readonly #beganMs: number;
  readonly #checkpoints: string;
  /** Attempts that run. */
  readonly #running = new Map<JobId, number>();

  constructor(
    local: Local,
    events: readonly PlannedEvent[],
    { beganMs, folder }: { readonly beganMs: number; readonly folder: string },
  ) {
    this.#local = local;
    this.#beganMs = beganMs;
    this.#checkpoints = path.join(folder, "checkpoints");
    this.#planned = events.filter(({ event }) => !IS_THERE.has(event.kind));
  }

  async next(wakeMs: number | undefined): Promise<Step> {
    for (;;) {
      const [first] = this.#planned;
      const plannedMs = first === undefined ? Number.POSITIVE_INFINITY : this.#beganMs + first.atMs;
      const untilMs = Math.min(wakeMs ?? Number.POSITIVE_INFINITY, plannedMs);
      const step = await this.#local.engine.next(Number.isFinite(untilMs) ? untilMs : undefined);
      for (const event of step.events) {
        if (event.kind === "job-started") this.#running.set(event.job, event.attempt);
      }
      if (step.events.length > 0 || step.nowMs < plannedMs) {
        // Notes alone are no news here.
        if (step.events.length > 0 || step.nowMs >= (wakeMs ?? Number.POSITIVE_INFINITY))
          return step;
        continue;
      }
      this.#planned.shift();
      if (this.#happen(first.event)) return { nowMs: step.nowMs, events: [first.event] };
    }
  }

  carryOut(nowMs: number, actions: readonly Action[]): void {
    for (const action of actions) if (action.kind === "stop-job") this.#letListen(action);
    this.#local.engine.carryOut(nowMs, actions);
  }

  /** A process that was just started would end by the signal that it does not listen to yet. */
  #letListen({ job, save }: StopJob): void {
    const attempt = this.#running.get(job);
    if (!save || attempt === undefined) return;
    const mark = path.join(this.#checkpoints, job, `.listens-${attempt}-0`);
    for (let look = 0; look < LOOKS_MAX && !existsSync(mark); look += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_MS);
    }
  }

  /** True if it is a user's, which the engine does not tell. */
  #happen(event: Event): boolean {
    if (event.kind === "replica-gone") {
      void this.#local.keeper.kill(replicaProcess(event.replica, markOf("s")));
      return false;
    }
    if (event.kind !== "device-failed") return true;
    this.#local.engine.report(event);
    return false;
  }
}

const LOOK_MS = 5;
const LOOKS_MAX = 1000;
const IS_THERE = new Set<Event["kind"]>(["node-added", "service-set"]);

function catalogOf({ jobs, events }: Workload): Catalog {
  const all = new Map(jobs.map((simulated) => [simulated.job.id, jobOf(simulated)]));
  const services = new Map(
    events.flatMap(({ event }) =>
      event.kind === "service-set" ? [[event.service.id, serviceOf(event.service)] as const] : [],
    ),
  );
  return {
    job: (id) => all.get(id),
    service: (id) => services.get(id),
    services: () => services.keys(),
  };
}

function jobOf({ job, workMs, failures = [] }: Workload["jobs"][number]): CatalogJob {
  const { checkpoint } = job;
  const crashMs = failures[0]?.afterMs ?? "-";
  const times = [workMs, checkpoint?.everyMs ?? "-", checkpoint?.saveMs ?? "-", crashMs];
  const roles = job.roles.map(({ name }) => ({
    role: name,
    command: [...program("member.js"), ...times.map(String)],
    args: [],
    environment: [],
  }));
  const launch = { roles, ...(checkpoint === undefined ? {} : { checkpointPath: job.id }) };
  return { uid: job.id, job, launch };
}

function serviceOf(service: CatalogService["service"]): CatalogService {
  const launch: CatalogService["launch"] = {
    command: program("server.js"),
    args: [],
    environment: [],
    task: "completion",
    model: { name: "fixture" },
    port: { env: "PORT" },
    readiness: { path: "/healthz", intervalMs: 1000, timeoutMs: 1000, failures: 3 },
    stop: { signal: "SIGTERM", graceMs: 5000 },
  };
  return { uid: service.id, service, launch };
}
