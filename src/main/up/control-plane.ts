import { randomInt, randomUUID } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import type { ShutdownOrder } from "../../api/answers.ts";
import { openJournal } from "../../control/journal/sqlite-journal.ts";
import type { JournalOrigin } from "../../control/journal/journal.ts";
import { RunningControlPlane } from "../../control/running-control-plane.ts";
import { ApiServer } from "../../control/server/api-server.ts";
import { Folders } from "../../engine/local/folders.ts";
import { describeMachine } from "../../engine/local/machine.ts";
import {
  type LocalEngineSettings,
  openLocalEngine,
  type OpenLocalEngine,
} from "../../engine/local/open-local-engine.ts";
import type { Catalog } from "../../model/launch.ts";
import { milliseconds } from "../../model/units.ts";
import { logsOf, sideOf, usageOf } from "./engine-side.ts";
import type { Equipment } from "./find-equipment.ts";
import type { Home } from "./home.ts";

/** An address to listen on; port 0 for any free one. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

export interface UpOptions {
  readonly home: Home;
  readonly api: Listen;
  readonly door: Listen;
  /** Of the program. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly equipment: Promise<Equipment>;
  /** One line for people. */
  readonly report: (line: string) => void;
}

/** A control plane that runs in this process. */
export interface Up {
  readonly url: string;
  readonly door: string;
  /** Resolves when it has ended; rejects with what it could not go on after. */
  readonly done: Promise<void>;
  /** Ends it: `end` lets all work leave first, `keep` leaves it running. */
  stop(workloads: ShutdownOrder["workloads"]): void;
}

/** What this machine is called. */
const NODE = "local";
/** Grace of offline work, and how long a job may be overtaken. */
const GRACE_MS = milliseconds(30_000);
const PATIENCE_MS = milliseconds(600_000);
/** On one node every placement is the same; this is the cheapest rule. */
const POLICY = "best-fit";
const SEED_MAX = 2 ** 31;
/** How often is looked whether all work has left, and for how long it is waited. */
const LEFT_LOOK_MS = 20;
const LEAVE_LIMIT_MS = 120_000;

/**
 * Takes up the journal of a home and what runs, and serves the API.
 * @throws JournalError if the journal cannot be taken up, Error of the system if an address is taken.
 */
export async function startUp(options: UpOptions): Promise<Up> {
  const { home, version, report } = options;
  const { devices, runtime } = await options.equipment;
  for (const remark of devices.remarks) report(remark);
  const found = { maker: devices.maker, runtime };
  const node = describeMachine(NODE, devices.devices);
  home.make();
  const folders = new Folders(home.engine);
  const token = home.token();
  const journal = openJournal(home.journal, { create: originOf(version) });
  const parts: { local?: OpenLocalEngine } = {};
  const plane = new RunningControlPlane({
    journal,
    clock: monotonicClock(),
    newUid: randomUUID,
    program: version,
    connect: (catalog) => {
      const local = openEngine(options, catalog, { node, ...found });
      parts.local = local;
      const searchPath = options.environment["PATH"] ?? "";
      const { readSecret } = local;
      return sideOf(local, { node, folders, searchPath, readSecret, ...found });
    },
  });
  const local = parts.local!;
  let workloads: ShutdownOrder["workloads"] = "keep";
  const stop = (order: ShutdownOrder["workloads"]) => {
    workloads = order;
    void (order === "end" ? leave(local) : Promise.resolve()).then(() => plane.stop());
  };
  const server = new ApiServer({
    plane,
    logs: logsOf(home.engine, local),
    usage: () => usageOf(local, NODE),
    version,
    token,
    shutDown: stop,
    report: (request, error) => report(`a bug in answering ${request}: ${detailOf(error)}`),
    ...(isLoopback(options.api.host) ? {} : { hosts: namesOf(options.api.host) }),
  });
  const address = await server.listen(options.api.port, options.api.host);
  const url = `http://${inUrl(options.api.host)}:${address.port}`;
  home.setApi({ url, pid: process.pid });
  const done = endAfter(plane.done, async () => {
    home.setApi(undefined);
    await server.close();
    if (workloads === "end") await local.end();
    else local.close();
    journal.close();
  });
  return { url, door: `http://${options.door.host}:${options.door.port}`, done, stop };
}

/** What `done` comes to, when all has been closed. */
async function endAfter(done: Promise<void>, close: () => Promise<void>): Promise<void> {
  try {
    await done;
  } finally {
    await close();
  }
}

function openEngine(
  { home, door, environment }: UpOptions,
  catalog: Catalog,
  found: Pick<LocalEngineSettings, "node" | "maker" | "runtime">,
): OpenLocalEngine {
  return openLocalEngine({
    folder: home.engine,
    ...found,
    catalog,
    door,
    environment,
    secrets: home.secrets,
  });
}

/** Lets all work leave in good order, as long as that takes. */
async function leave({ engine }: OpenLocalEngine): Promise<void> {
  engine.drain();
  for (let waitedMs = 0; waitedMs < LEAVE_LIMIT_MS; waitedMs += LEFT_LOOK_MS) {
    if (engine.hasNoJobs) return;
    await new Promise((resolve) => setTimeout(resolve, LEFT_LOOK_MS));
  }
}

function originOf(version: string): JournalOrigin {
  return {
    uid: randomUUID(),
    program: version,
    seed: randomInt(SEED_MAX),
    policy: POLICY,
    profile: { classes: [] },
    scheduler: { graceMs: GRACE_MS, patienceMs: PATIENCE_MS },
  };
}

/** The machine's clock, as far as it goes forward. */
function monotonicClock() {
  let latestMs = 0;
  return {
    nowMs: () => {
      latestMs = Math.max(latestMs, Date.now());
      return latestMs;
    },
    after: (ms: number, call: () => void) => {
      const timer = setTimeout(call, ms);
      return () => clearTimeout(timer);
    },
  };
}

/** Names by which this machine is reached when it listens on an address that others see. */
function namesOf(host: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) =>
    list.map(({ address }) => inUrl(address)),
  );
  return [inUrl(host), hostname(), "localhost", ...addresses];
}

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
