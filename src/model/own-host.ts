/** Names under which a server on loopback alone is asked. */
export const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether a Host header names one of the hosts, with any port or none. A page of another site that
 * makes its name lead here (DNS rebinding) is refused by it.
 */
export function hostCheck(hosts: readonly string[]): (host: string | undefined) => boolean {
  const known = new Set(hosts.map((host) => host.toLowerCase()));
  return (host = "") => {
    const [, name] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host) ?? [];
    return name !== undefined && known.has(name.toLowerCase());
  };
}

/**
 * Whether a request names its host more than once: whom it passes on its way may each go by another
 * (RFC 9112, 3.2). @param rawHeaders names and values in turns.
 */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  const isHost = (text: string, index: number) => index % 2 === 0 && text.toLowerCase() === "host";
  return rawHeaders.filter(isHost).length > 1;
}
