import { hostname, networkInterfaces } from "node:os";
import { LOOPBACK_HOSTS } from "../../../model/own-host.ts";

/**
 * Names under which a server that listens on this address is asked: those of loopback alone, or what
 * the machine is called and all of its addresses, as they are now.
 */
export function ownHosts(host: string): readonly string[] {
  const written = host.includes(":") ? `[${host}]` : host;
  if (host === "localhost" || host === "::1" || host.startsWith("127.")) {
    return [...LOOPBACK_HOSTS, written];
  }
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) =>
    list.map(({ address }) => (address.includes(":") ? `[${address}]` : address)),
  );
  return [written, hostname(), ...LOOPBACK_HOSTS, ...addresses];
}
