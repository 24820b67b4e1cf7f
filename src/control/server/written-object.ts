import type { ApiObject, WrittenObject, WrittenObjects } from "../../api/objects.ts";
import { plainSpec } from "../../manifest/format-manifest.ts";

/** The object as it is sent: its spec in the words of a manifest. */
export function toWritten(object: ApiObject): WrittenObject {
  switch (object.kind) {
    case "Node":
    case "Replica":
      return object;
    default:
      // Of the same kind, which the compiler does not follow.
      return { ...object, spec: plainSpec(object) } as WrittenObjects[typeof object.kind];
  }
}
