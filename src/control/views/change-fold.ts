import { isDeepStrictEqual } from "node:util";
import type { Manifest } from "../../manifest/manifest.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { Change } from "../journal/journal.ts";
import type { KeptRecord } from "./records.ts";
import type { Tables } from "./tables.ts";

/** Takes what people wanted into the records; what comes of it stands in the events after it. */
export function foldChange(tables: Tables, change: Change, nowMs: number): void {
  if (change.kind === "deleted") {
    const { kind, name } = change.object;
    const record = tables[kind].get(name);
    if (record === undefined) return;
    record.deletedMs = nowMs;
    tables.touch(kind, name);
    if (kind === "BatchJob" && tables.BatchJob.get(name)?.stage === "ended") {
      tables.ended = tables.ended.filter((ended) => ended !== name);
      tables.remove(kind, name);
    }
    return;
  }
  const { manifest, uid } = change;
  const { kind, metadata } = manifest;
  tables.touch(kind, metadata.name);
  const known = tables[kind].get(metadata.name);
  if (known === undefined) return addRecord(tables, manifest, uid, nowMs);
  if (!isDeepStrictEqual(known.manifest.spec, manifest.spec)) known.generation += 1;
  // A record holds manifests of its own kind.
  (known as { manifest: Manifest }).manifest = manifest;
}

function addRecord(tables: Tables, manifest: Manifest, uid: string, nowMs: number): void {
  const kept: KeptRecord = { uid, version: 0, generation: 1, createdMs: nowMs, conditions: [] };
  switch (manifest.kind) {
    case "BatchJob":
      tables.BatchJob.set(manifest.metadata.name, {
        ...kept,
        manifest,
        stage: "waiting",
        attempt: 0,
        hasBegun: false,
        failures: 0,
        members: [],
      });
      break;
    case "ModelService":
      tables.ModelService.set(manifest.metadata.name, {
        ...kept,
        manifest,
        live: manifest,
        incarnation: 1,
        isRemoved: false,
        requests: { arrived: 0, begun: 0, ended: 0 },
      });
      break;
    case "Queue":
      tables.Queue.set(manifest.metadata.name, { ...kept, manifest });
      break;
    default:
      unreachable(manifest);
  }
}
