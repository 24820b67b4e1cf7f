import { serviceId } from "../model/ids.ts";
import type { ModelService, Sleeping } from "../model/service.ts";
import type { ServiceLaunch } from "../model/launch.ts";
import type { ModelServiceManifest } from "./manifest.ts";
import { toLaunch, toRequest } from "./to-launch.ts";

/** The service as the scheduler knows it, and what an engine starts for each replica. */
export function toModelService({ metadata, spec }: ModelServiceManifest): {
  readonly service: ModelService;
  readonly launch: ServiceLaunch;
} {
  const { replicas, sleep, scaling, objective } = spec;
  const service = {
    id: serviceId(metadata.name),
    request: toRequest(spec.resources),
    replicas,
    concurrency: spec.concurrency,
    startMs: spec.startTime,
    ...(sleep === undefined ? {} : { sleep: toSleeping(sleep, replicas.max) }),
    scaling: {
      keepAliveMs: scaling.keepAlive,
      headroom: scaling.headroom,
      ...(objective === undefined
        ? {}
        : { objective: { waitMs: objective.wait, missedMax: objective.missed } }),
    },
  };
  return { service, launch: toServiceLaunch(spec) };
}

type Spec = ModelServiceManifest["spec"];

function toSleeping(
  { hostMemory, sleep, wake, standby }: NonNullable<Spec["sleep"]>,
  replicasMax: number,
): Sleeping {
  return {
    hostMemory,
    sleepMs: sleep,
    wakeMs: wake,
    standby: standby === "all" ? replicasMax : standby,
  };
}

function toServiceLaunch({ task, runtime, model, readiness, stop }: Spec): ServiceLaunch {
  const { env = "", number } = runtime.port;
  return {
    ...toLaunch(runtime),
    task,
    model: { name: model.name, ...(model.path === undefined ? {} : { path: model.path }) },
    port: number === undefined ? { env } : { number },
    readiness: {
      path: readiness.path,
      intervalMs: readiness.interval,
      timeoutMs: readiness.timeout,
      failures: readiness.failures,
    },
    stop: { signal: stop.signal, graceMs: stop.grace },
  };
}
