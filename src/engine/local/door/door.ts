/**
 * The door: `node door.ts FOLDER --port PORT --host HOST`. All requests to services go through it to
 * their replicas, while the engine that steers it ends, is killed and comes back. It is a workload
 * of the keeper; door-client.ts says how it is started and speaks with it.
 *
 * In the folder, which it makes its user's alone (mode 0700):
 * - door.sock: where the engine steers it (0600)
 * - table.json: the last table, which the next door of the folder begins with
 *
 * SIGTERM ends it: requests that wait are refused, those in replicas finish.
 */
import { randomUUID } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { ControlSocket } from "./control-socket.ts";
import { DoorServer } from "./door-server.ts";
import { DOOR_LIMITS } from "./limits.ts";
import { ownHosts } from "./own-hosts.ts";
import { DOOR_PROTOCOL, DOOR_SOCKET } from "./protocol.ts";
import { TableFile } from "./table-file.ts";

const USAGE = "usage: node door.ts FOLDER --port PORT [--host HOST]\n";
/** Exit code for arguments that cannot be read; 1 is a bug, or a system that fails the door. */
const EXIT_USAGE = 2;
/** How often a door that ends looks whether all requests have finished. */
const END_LOOK_MS = 20;

const place = readArguments(process.argv.slice(2));
if (place === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = EXIT_USAGE;
} else await start(place);

interface DoorPlace {
  readonly folder: string;
  readonly port: number;
  readonly host: string;
}

function readArguments(args: readonly string[]): DoorPlace | undefined {
  try {
    const { positionals, values } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { port: { type: "string" }, host: { type: "string", default: "127.0.0.1" } },
    });
    const port = Number(values.port ?? Number.NaN);
    const isPort = Number.isInteger(port) && port >= 0 && port < 65_536;
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0 || !isPort) return undefined;
    return { folder, port, host: values.host };
  } catch {
    return undefined;
  }
}

async function start({ folder, port, host }: DoorPlace): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  // A path that starts here is short enough for a socket.
  process.chdir(folder);
  const file = new TableFile("table.json");
  const control = new ControlSocket({
    set: (table) => {
      server.set(table);
      file.write(table);
    },
    observe: () => server.observe(),
  });
  const server = new DoorServer(DOOR_LIMITS, ownHosts(host), () => control.changed());
  server.set(file.read() ?? { services: [] });
  // First, since another door on the port is to keep its socket.
  const portTaken = await server.listen(port, host);
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => end(server, control));
  process.on("SIGHUP", () => {});
  const incarnation = randomUUID();
  await control.listen(DOOR_SOCKET, { protocol: DOOR_PROTOCOL, incarnation, port: portTaken });
}

function end(server: DoorServer, control: ControlSocket): void {
  server.close();
  setInterval(() => {
    if (server.inside > 0) return;
    control.close();
    process.exit();
  }, END_LOOK_MS);
}
