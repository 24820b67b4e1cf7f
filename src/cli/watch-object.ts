import type { ObjectKind, WrittenObjects } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import type { Reference } from "./kinds.ts";

/** The object as it is, then after each of its changes; `undefined` while there is none. */
export async function* watchObject<Kind extends ObjectKind>(
  client: Client,
  { kind, name }: Reference<Kind>,
  stop?: AbortSignal,
): AsyncGenerator<WrittenObjects[Kind] | undefined, void, void> {
  for await (const news of client.watch({ kinds: [kind], ...(stop && { stop }) })) {
    if (news.type === "LISTED") {
      const found = news.objects.find(({ metadata }) => metadata.name === name);
      yield found as WrittenObjects[Kind] | undefined;
    } else if (news.object.metadata.name === name) {
      yield news.type === "DELETED" ? undefined : (news.object as WrittenObjects[Kind]);
    }
  }
}
