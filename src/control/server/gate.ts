import { createHash, timingSafeEqual } from "node:crypto";

/** Names under which a server on loopback alone is asked. */
export const LOOPBACK_HOSTS: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Whether an Authorization header bears the token. How long it takes tells nothing of the token:
 * digests of one length are compared, all of their bytes.
 */
export function tokenCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization = "") => {
    const [, given] = /^Bearer +(\S+) *$/i.exec(authorization) ?? [];
    return timingSafeEqual(digest(given ?? ""), expected) && given !== undefined;
  };
}

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

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
