import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { UsageError } from "../../cli/usage-error.ts";

/** An address to listen on; port 0 for any free one. */
export interface Listen {
  readonly host: string;
  readonly port: number;
}

/** What hinders a program from listening, and the cure. */
const PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there. End it, or name another address",
  EADDRNOTAVAIL: "this machine has no such address. Name one that it has, such as 127.0.0.1:7400",
  ENOTFOUND: "no host has this name. Name an address of this machine, such as 127.0.0.1:7400",
  EAI_AGAIN: "the host's name cannot be looked up. Name an address, such as 127.0.0.1:7400",
  EACCES: "this user may not listen there. Name a port of 1024 or above",
};

/**
 * Listens on all of them at once, for a moment.
 * @param wanted by the flags that name them.
 * @throws UsageError naming the flag that asks for what cannot be.
 */
export async function checkAddresses(wanted: Readonly<Record<string, Listen>>): Promise<void> {
  const held = new Map<string, Server>();
  try {
    for (const [flag, address] of Object.entries(wanted)) {
      const rival = [...held.keys()].find((other) => wanted[other]!.port === address.port);
      const server = createServer();
      held.set(flag, server);
      try {
        await once(server.listen({ ...address }), "listening");
      } catch (error) {
        throw listenError(flag, address, error, address.port === 0 ? undefined : rival);
      }
    }
  } finally {
    const open = [...held.values()].filter(({ listening }) => listening);
    await Promise.all(open.map((server) => once(server.close(), "close")));
  }
}

/** @param rival a flag that has taken the port just before. */
export function listenError(
  flag: string,
  { host, port }: Listen,
  error: unknown,
  rival?: string,
): UsageError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const problem =
    code === "EADDRINUSE" && rival !== undefined
      ? `${rival} names it already. Give each a port of its own`
      : (PROBLEMS[code] ?? message);
  return new UsageError(`${flag} ${host}:${port}: ${problem}.`);
}

/** Whether a process listens on the socket of this path. Never rejects. */
export async function isListening(file: string): Promise<boolean> {
  const socket = connect(file);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
