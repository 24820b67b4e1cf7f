import type { UsageAnswer } from "../../api/answers.ts";
import type { EngineSide } from "../../control/engine-side.ts";
import type { LogFiles } from "../../control/log-files.ts";
import { type AdmissionOptions, admitJob, admitService } from "../../engine/local/admit.ts";
import { admitJobSize, admitSize } from "../../engine/local/admit-size.ts";
import { Folders } from "../../engine/local/folders.ts";
import type { Usage } from "../../engine/local/kernel/isolation.ts";
import type { OpenLocalEngine } from "../../engine/local/open-local-engine.ts";
import { parseProcess } from "../../engine/local/process-ids.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { toBatchJob } from "../../manifest/to-batch-job.ts";
import { toModelService } from "../../manifest/to-model-service.ts";
import type { Node } from "../../model/node.ts";
import type { Refusal } from "../../model/refusal.ts";
import { unreachable } from "../../model/unreachable.ts";

const MIB = 2 ** 20;

/** The local engine as the control plane wants it. */
export function sideOf(
  local: OpenLocalEngine,
  admission: AdmissionOptions & { readonly node: Node },
): EngineSide {
  return {
    engine: local.engine,
    admit: (manifest) => admit(manifest, admission),
    catalogChanged: () => local.engine.catalogChanged(),
    endpointOf: (service) => local.endpointOf(service),
  };
}

function admit(
  manifest: Manifest,
  options: AdmissionOptions & { readonly node: Node },
): Refusal | undefined {
  switch (manifest.kind) {
    case "BatchJob": {
      const { job, launch } = toBatchJob(manifest, 0);
      return admitJobSize(job, options.node) ?? admitJob(job, launch, options);
    }
    case "ModelService": {
      const { service, launch } = toModelService(manifest);
      return (
        admitSize(service.request, `service ${service.id}`, options.node) ??
        admitService(service, launch, options)
      );
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
  const { logs } = local;
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

/** What the engine's processes use, read now. */
export function usageOf({ engine, isolation }: OpenLocalEngine, node: string): UsageAnswer {
  const of = ({ cpuMs, memoryBytes }: Usage) => ({ cpuMs, memory: Math.ceil(memoryBytes / MIB) });
  return {
    at: new Date().toISOString(),
    nodes: [
      {
        name: node,
        online: of(isolation.classUsage("online")),
        offline: of(isolation.classUsage("offline")),
      },
    ],
    processes: engine.workProcesses.flatMap((process) => {
      const { kind, name, numbers } = parseProcess(process) ?? {};
      if (name === undefined) return [];
      const owner = kind === "job" ? ("BatchJob" as const) : ("ModelService" as const);
      return [{ kind: owner, name, number: numbers!.at(-1)!, ...of(isolation.usage(process)) }];
    }),
  };
}
