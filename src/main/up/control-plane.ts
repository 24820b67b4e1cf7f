import { randomInt, randomUUID } from "node:crypto";
import path from "node:path";
import type { ShutdownOrder } from "../../api/answers.ts";
import { openJournal } from "../../control/journal/sqlite-journal.ts";
import type { Journal, JournalOrigin } from "../../control/journal/journal.ts";
import { RunningControlPlane } from "../../control/running-control-plane.ts";
import { ApiServer } from "../../control/server/api-server.ts";
import { ownHosts } from "../../engine/local/door/own-hosts.ts";
import { DOOR_SOCKET } from "../../engine/local/door/protocol.ts";
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
import { checkAddresses, isListening, type Listen, listenError } from "./check-addresses.ts";
import type { Equipment } from "./find-equipment.ts";
import type { Home } from "./home.ts";
import { steadyClock } from "./steady-clock.ts";

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

/** What has been opened of a control plane that may not come to serve. */
interface Opened {
  local?: OpenLocalEngine;
  plane?: RunningControlPlane;
}

/**
 * Takes up the journal of a home and what runs, and serves the API. If it cannot, nothing that it
 * has begun goes on.
 * @throws JournalError if the journal cannot be taken up, UsageError for the home or an address.
 */
export async function startUp(options: UpOptions): Promise<Up> {
  const { home, version } = options;
  home.make();
  const equipment = await options.equipment;
  for (const remark of equipment.devices.remarks) options.report(remark);
  const folders = new Folders(home.engine);
  const journal = openJournal(home.journal, { create: originOf(version) });
  const opened: Opened = {};
  try {
    // A door that runs on from before has its address, which is the one to use.
    const hasDoor = await isListening(path.join(folders.door, DOOR_SOCKET));
    const { api, door } = options;
    await checkAddresses({ "--listen": api, ...(hasDoor ? {} : { "--door": door }) });
    return await serve(options, equipment, { journal, folders, opened });
  } catch (error) {
    await abandon(opened);
    journal.close();
    throw error;
  }
}

async function serve(
  options: UpOptions,
  { devices, runtime }: Equipment,
  {
    journal,
    folders,
    opened,
  }: { readonly journal: Journal; readonly folders: Folders; readonly opened: Opened },
): Promise<Up> {
  const { home, version, report, api, door } = options;
  const found = { maker: devices.maker, runtime };
  const node = describeMachine(NODE, devices.devices);
  const token = home.token();
  const plane = new RunningControlPlane({
    journal,
    clock: steadyClock(),
    newUid: randomUUID,
    program: version,
    connect: (catalog) => {
      const local = openEngine(options, catalog, { node, ...found });
      opened.local = local;
      const searchPath = options.environment["PATH"] ?? "";
      const { readSecret } = local;
      return sideOf(local, { node, folders, searchPath, readSecret, ...found });
    },
  });
  opened.plane = plane;
  const local = opened.local!;
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
    hosts: ownHosts(api.host),
  });
  const address = await server.listen(api.port, api.host).catch((error: unknown) => {
    throw listenError("--listen", api, error);
  });
  const url = `http://${inUrl(api.host)}:${address.port}`;
  home.setApi({ url, pid: process.pid });
  const done = endAfter(plane.done, async () => {
    home.setApi(undefined);
    await server.close();
    if (workloads === "end") await local.end();
    else local.close();
    journal.close();
  });
  return { url, door: `http://${door.host}:${door.port}`, done, stop };
}

/** Ends what was opened, and a keeper that has no work; work that runs runs on. */
async function abandon({ local, plane }: Opened): Promise<void> {
  plane?.stop();
  const hasEnded = await plane?.done.then(
    () => true,
    () => false,
  );
  if (hasEnded === true && local?.engine.workProcesses.length === 0) await local.end();
  else local?.close();
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

function inUrl(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

function detailOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
