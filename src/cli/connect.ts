import path from "node:path";
import type { Command } from "commander";
import { type Client, createClient } from "../client/client.ts";
import { CommandError } from "./exit-codes.ts";
import type { Host } from "./host.ts";
import { UsageError } from "./usage-error.ts";
import type { UserHost } from "./user-host.ts";

/** Which control plane is asked. */
export interface ConnectFlags {
  readonly home?: string;
  readonly server?: string;
}

/** Files of a home: where its API is, and what lets in. */
const API_FILE = "api.json";
const TOKEN_FILE = "token";
const START = "Start it: neuraxis up.";

/** Adds the flags of a command that asks the control plane. */
export function withConnection(command: Command): Command {
  return command
    .option("--home <folder>", "its state (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("--server <url>", "another API (default: $NEURAXIS_SERVER); needs $NEURAXIS_TOKEN");
}

/**
 * A client of the control plane that flags and environment name. The token of a home is sent to the
 * address that stands beside it, and to no other.
 * @throws CommandError if none runs there, UsageError if something is missing or cannot be read.
 */
export async function connect({ user, machine }: Host, flags: ConnectFlags): Promise<Client> {
  const folder = machine.homeFolder(flags.home);
  const own = await readAddress(user, folder);
  const url = flags.server ?? wordOf(user, "NEURAXIS_SERVER") ?? own;
  if (url === undefined) {
    const file = path.join(folder, API_FILE);
    throw new CommandError("unreachable", `no control plane runs: there is no ${file}`, START);
  }
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new UsageError(`--server: "${url}" is no address such as http://127.0.0.1:7400`);
  }
  const token = wordOf(user, "NEURAXIS_TOKEN") ?? (await readToken(user, folder, url === own));
  if (!/^[!-~]+$/.test(token)) {
    throw new UsageError("the token is empty or has characters that no token has; copy it anew");
  }
  return createClient({ url, token });
}

/** A variable of the environment; an empty one is none. */
function wordOf({ environment }: UserHost, name: string): string | undefined {
  const word = environment[name];
  return word === "" ? undefined : word;
}

async function readAddress(user: UserHost, folder: string): Promise<string | undefined> {
  const file = path.join(folder, API_FILE);
  const text = await user.readText(file);
  if (text === undefined) return undefined;
  try {
    const { url } = JSON.parse(text) as { readonly url?: unknown };
    if (typeof url === "string") return url;
  } catch {
    // It is told below what it should be.
  }
  throw new UsageError(`${file} does not say where the API is; end it and start it again`);
}

async function readToken(user: UserHost, folder: string, isOwn: boolean): Promise<string> {
  if (!isOwn) {
    throw new UsageError("--server: set NEURAXIS_TOKEN to the token of that control plane");
  }
  const file = path.join(folder, TOKEN_FILE);
  const text = await user.readText(file);
  if (text === undefined)
    throw new CommandError("unreachable", `there is no token in ${file}`, START);
  return text.trim();
}
