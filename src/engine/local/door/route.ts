/** Where a request goes. */
export interface Route {
  readonly service: string;
  /** Below which the client sees the service, as it wrote it: `/services/chat`. */
  readonly prefix: string;
  /** What the replica is asked for, with its query. */
  readonly path: string;
}

/** `/services/NAME/PATH?QUERY`, NAME percent-encoded where it has to be; nothing for another target. */
export function readRoute(target: string): Route | undefined {
  const match = /^(\/services\/([^/?]+))(\/[^?]*)?(\?.*)?$/.exec(target);
  if (match === null) return undefined;
  const [, prefix, name, path = "/", query = ""] = match;
  try {
    return { service: decodeURIComponent(name), prefix, path: path + query };
  } catch {
    return undefined;
  }
}
