import type { EngineSide } from "../../control/engine-side.ts";
import type { LogFiles } from "../../control/log-files.ts";
import { type AdmissionOptions, admitJob, admitService } from "../../engine/local/admit.ts";
import { Folders } from "../../engine/local/folders.ts";
import type { OpenLocalEngine } from "../../engine/local/open-local-engine.ts";
import { ProcessLogs } from "../../engine/local/process-logs.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { toBatchJob } from "../../manifest/to-batch-job.ts";
import { toModelService } from "../../manifest/to-model-service.ts";
import type { Refusal } from "../../model/refusal.ts";
import { unreachable } from "../../model/unreachable.ts";

/** The local engine as the control plane wants it. */
export function sideOf(local: OpenLocalEngine, admission: AdmissionOptions): EngineSide {
  return {
    engine: local.engine,
    admit: (manifest) => admit(manifest, admission),
    catalogChanged: () => local.engine.catalogChanged(),
    endpointOf: (service) => local.endpointOf(service),
  };
}

function admit(manifest: Manifest, options: AdmissionOptions): Refusal | undefined {
  switch (manifest.kind) {
    case "BatchJob": {
      const { job, launch } = toBatchJob(manifest, 0);
      return admitJob(job, launch, options);
    }
    case "ModelService": {
      const { service, launch } = toModelService(manifest);
      return admitService(service.id, launch, service.replicas.max, options);
    }
    case "Queue":
      return undefined;
    default:
      return unreachable(manifest);
  }
}

/** The output of the engine's processes. */
export function logsOf(folder: string, local: OpenLocalEngine): LogFiles {
  const folders = new Folders(folder);
  const logs = new ProcessLogs(folders);
  return {
    find: ({ kind, name, member, replica }) => {
      const process =
        kind === "BatchJob" ? logs.ofMember(name, member) : logs.ofReplica(name, replica);
      if (process === undefined) return undefined;
      return {
        files: folders.outputOf(process),
        isLive: () => local.engine.isRunning(process),
      };
    },
  };
}
