import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Catalog } from "../../model/launch.ts";
import type { Node } from "../../model/node.ts";
import type { ContainerRuntime } from "./containers/container-runtime.ts";
import { Containers } from "./containers/containers.ts";
import type { DeviceMaker } from "./devices/found-devices.ts";
import { DoorClient, doorCommand } from "./door/door-client.ts";
import { callAfter, type EngineClock } from "./engine-clock.ts";
import { Folders } from "./folders.ts";
import { KeeperClient } from "./keeper/keeper-client.ts";
import { detectIsolation } from "./kernel/detect-isolation.ts";
import type { Isolation, WorkClass } from "./kernel/isolation.ts";
import type { ReadSecret } from "./launcher.ts";
import { LocalEngine } from "./local-engine.ts";
import { loopback } from "./loopback.ts";
import { ProcessLogs } from "./process-logs.ts";

/** What a local engine is opened with. */
export interface LocalEngineSettings {
  /** Absolute path of the folder that is the engine's own; its path is short enough for sockets. */
  readonly folder: string;
  readonly node: Node;
  readonly catalog: Catalog;
  /** Where requests come in; port 0 for one of the system's choice. */
  readonly door: { readonly host: string; readonly port: number };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder of secrets: one folder a secret, one file an entry; absent: there are none. */
  readonly secrets?: string;
  /** What starts images; absent: nothing does. */
  readonly runtime?: ContainerRuntime | undefined;
  /** Whose devices the node has; absent: it has none. */
  readonly maker?: DeviceMaker | undefined;
  /** The class that members of jobs run in; absent: offline, and whoever else runs here goes first. */
  readonly memberClass?: WorkClass | undefined;
}

/** A local engine with all that it stands on. */
export interface OpenLocalEngine {
  readonly engine: LocalEngine;
  readonly keeper: KeeperClient;
  readonly isolation: Isolation;
  readonly readSecret: ReadSecret;
  readonly logs: ProcessLogs;
  /** Where requests for the service go; undefined until the door is up. */
  endpointOf(service: string): string | undefined;
  /** Steers nothing any more; what runs runs on. */
  close(): void;
  /** Ends all processes, the door and the keeper. */
  end(): Promise<void>;
}

/** Time that replicas have to finish their requests and end, when all ends. */
const END_LIMIT_MS = 60_000;

/** The process of the door. */
const DOOR = "system.door";

/** Opens the engine of a folder, and starts its keeper if none runs. `engine.begin` comes next. */
export function openLocalEngine(settings: LocalEngineSettings): OpenLocalEngine {
  const { folder, node, catalog, environment, secrets, runtime, maker } = settings;
  const folders = new Folders(folder);
  const keeper = new KeeperClient(folders.keeper, { onTakeover: () => engine.onKeeperRestarted() });
  const door = new DoorClient(folders.door);
  // Last: it makes cgroups, and those above may refuse the folder.
  const isolation = detectIsolation({ key: keyOf(folder) });
  const readSecret = secretsIn(secrets);
  const containers = runtime && new Containers(runtime, keyOf(folder));
  const engine = new LocalEngine({
    folder,
    node,
    catalog,
    clock: systemClock,
    keeper,
    isolation,
    loopback,
    door,
    system: { [DOOR]: doorCommand(folders.door, settings.door) },
    environment,
    readSecret,
    containers,
    maker,
    memberClass: settings.memberClass,
  });
  void followDoor(door, engine);
  return {
    engine,
    keeper,
    isolation,
    readSecret,
    logs: new ProcessLogs(folders, catalog),
    endpointOf: (service) => {
      const port = door.greeting?.port ?? settings.door.port;
      if (port === 0) return undefined;
      return `http://${settings.door.host}:${port}/services/${encodeURIComponent(service)}`;
    },
    close: () => {
      door.close();
      engine.close();
    },
    end: async () => {
      await engine.endReplicas(END_LIMIT_MS);
      door.close();
      const end = new KeeperClient(folders.keeper);
      engine.close();
      await end.shutdown({ kill: true });
      end.close();
      await containers?.end();
      isolation.removeAll();
    },
  };
}

/** It goes on evenly, whatever the machine's clock is set to, and stands still while the machine sleeps. */
const systemClock: EngineClock = {
  nowMs: () => Math.floor(performance.timeOrigin + performance.now()),
  after: callAfter,
};

async function followDoor(door: DoorClient, engine: LocalEngine): Promise<void> {
  try {
    for await (const observation of door.observations()) engine.onDoor(observation);
  } catch (error) {
    engine.fail(error);
  }
}

/** Engines of different folders have different cgroups. */
function keyOf(folder: string): string {
  return createHash("sha256").update(folder).digest("hex").slice(0, 12);
}

function secretsIn(folder: string | undefined): ReadSecret {
  return (name, key) => {
    if (folder === undefined) return undefined;
    try {
      return readFileSync(path.join(folder, name, key), "utf8");
    } catch {
      // Whoever asked says which secret is missing.
      return undefined;
    }
  };
}
