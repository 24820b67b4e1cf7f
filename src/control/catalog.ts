import { toBatchJob } from "../manifest/to-batch-job.ts";
import { toModelService } from "../manifest/to-model-service.ts";
import type { JobId, ServiceId } from "../model/ids.ts";
import { serviceId } from "../model/ids.ts";
import type { Catalog, CatalogJob, CatalogService } from "../model/launch.ts";
import type { Views } from "./views/views.ts";

/** What manifests say of work, out of the views: always as of the newest entry. O(manifest). */
export function catalogOf(views: Views): Catalog {
  return {
    job: (id) => catalogJob(views, id),
    service: (id) => catalogService(views, id),
    services: () => Array.from(views.tables.ModelService.keys(), serviceId),
  };
}

function catalogJob(views: Views, id: JobId): CatalogJob | undefined {
  const record = views.record("BatchJob", id);
  if (record === undefined) return undefined;
  return { uid: record.uid, ...toBatchJob(record.manifest, record.createdMs) };
}

function catalogService(views: Views, id: ServiceId): CatalogService | undefined {
  const record = views.record("ModelService", id);
  if (record === undefined) return undefined;
  const { uid, incarnation } = record;
  return { uid: incarnation === 1 ? uid : `${uid}.${incarnation}`, ...toModelService(record.live) };
}
