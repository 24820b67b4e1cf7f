import { createHash, timingSafeEqual } from "node:crypto";

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

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
