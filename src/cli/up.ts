import { Command } from "commander";
import type { Host } from "./host.ts";
import type { ListenAddress } from "./machine-host.ts";
import { UsageError } from "./usage-error.ts";

const API = "127.0.0.1:7400";
const DOOR = "127.0.0.1:7401";

interface UpFlags {
  readonly home?: string;
  readonly listen: string;
  readonly door: string;
  readonly detach?: boolean;
}

/** `neuraxis up`: the control plane of this machine. */
export function upCommand(host: Host): Command {
  return new Command("up")
    .description("Start the control plane of this machine, in the foreground.")
    .option("--home <folder>", "its state (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("--listen <host:port>", "where the API listens; port 0 is any free one", API)
    .option("--door <host:port>", "where requests to services come in", DOOR)
    .option("--detach", "return as soon as it answers; `neuraxis down` ends it")
    .addHelpText(
      "after",
      "\nCtrl-C lets all work leave in good order and ends; the next `up` goes on with it.\n" +
        "SIGTERM ends the control plane alone: what runs runs on, and the next `up` adopts it.",
    )
    .action(async ({ home, listen, door, detach = false }: UpFlags) => {
      await host.machine.up({
        home: host.machine.homeFolder(home),
        api: parseAddress(listen, "--listen"),
        door: parseAddress(door, "--door"),
        detach,
      });
    });
}

/** `host:port`. @throws UsageError naming the flag. */
function parseAddress(text: string, flag: string): ListenAddress {
  const [, host, digits] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) {
    throw new UsageError(`${flag} must be a host and a port such as ${API}, not ${text}`);
  }
  return { host, port };
}
