import type { Condition, WrittenObjects } from "../../src/api/objects.ts";
import { API_VERSION } from "../../src/manifest/manifest.ts";

/** The instant from which ages are counted in tests, in milliseconds since 1970. */
export const NOW_MS = Date.UTC(2026, 0, 2, 3, 10, 0);
/** 300 s before. */
const CREATED = "2026-01-02T03:05:00.000Z";

const KEPT = { uid: "u-1", resourceVersion: "7", generation: 1, createdAt: CREATED };
const HELD = { cpu: 1500, memory: 2048, gpuMilli: 500 };

/** A condition that is so for 100 s. */
export function condition(type: string, status: Condition["status"], reason: string): Condition {
  return { type, status, reason, message: `${reason} it says`, since: "2026-01-02T03:08:20.000Z" };
}

/** A job as the API writes it: running since 200 s unless its status says otherwise. */
export function writtenJob(
  name: string,
  status: Partial<WrittenObjects["BatchJob"]["status"]> = {},
): WrittenObjects["BatchJob"] {
  return {
    apiVersion: API_VERSION,
    kind: "BatchJob",
    metadata: { name, labels: { team: "nlp" }, annotations: {}, ...KEPT },
    spec: {
      queue: "default",
      priority: 0,
      roles: [
        {
          name: "worker",
          replicas: { min: 1, max: 4 },
          command: ["train"],
          image: undefined,
          args: undefined,
          env: undefined,
          workingDirectory: undefined,
          resources: { cpu: 1, memory: "1Gi", accelerators: undefined },
        },
      ],
      checkpoint: undefined,
      suspension: undefined,
      retries: { max: 3, backoff: "10s" },
      deadline: undefined,
      minimumRuntime: "0s",
      speeds: undefined,
    },
    status: {
      phase: "Running",
      attempt: 1,
      failures: 0,
      members: [{ member: 0, role: "worker", node: "local", devices: [0] }],
      startedAt: "2026-01-02T03:06:40.000Z",
      conditions: [],
      ...status,
    },
  };
}

/** A service with one ready replica of one to four. */
export function writtenService(
  name: string,
  status: Partial<WrittenObjects["ModelService"]["status"]> = {},
): WrittenObjects["ModelService"] {
  return {
    apiVersion: API_VERSION,
    kind: "ModelService",
    metadata: { name, labels: {}, annotations: {}, ...KEPT },
    spec: {
      task: "chat",
      runtime: {
        command: ["serve"],
        image: undefined,
        args: undefined,
        env: undefined,
        workingDirectory: undefined,
        port: { env: "PORT" },
      },
      model: { name: "m", path: undefined },
      replicas: { min: 1, max: 4 },
      concurrency: 1,
      resources: { cpu: 1, memory: "1Gi", accelerators: undefined },
      startTime: "30s",
      readiness: { path: "/healthz", interval: "1s", timeout: "1s", failures: 3 },
      sleep: undefined,
      scaling: { keepAlive: "5min", headroom: 0 },
      objective: undefined,
      stop: { signal: "SIGTERM", grace: "30s" },
    },
    status: {
      replicas: { ready: 1, starting: 0, asleep: 2 },
      endpoint: "http://127.0.0.1:7401/services/chat",
      requests: { arrived: 9, begun: 7, ended: 6 },
      conditions: [],
      ...status,
    },
  };
}

/** A queue that holds 1.5 cores, 2 GiB and half a device. */
export function writtenQueue(name: string, parent?: string): WrittenObjects["Queue"] {
  return {
    apiVersion: API_VERSION,
    kind: "Queue",
    metadata: { name, labels: {}, annotations: {}, ...KEPT },
    spec: { parent, weight: 2, guaranteed: { cpu: 8 }, limit: undefined, borrows: true },
    status: { pending: 1, running: 2, held: HELD, conditions: [] },
  };
}

/** A node of 4 cores, 8 GiB and one device. */
export function writtenNode(
  name: string,
  conditions: readonly Condition[] = [],
): WrittenObjects["Node"] {
  return {
    apiVersion: API_VERSION,
    kind: "Node",
    metadata: { name, ...KEPT },
    status: {
      cpu: 4000,
      memory: 8192,
      devices: [{ kind: "A10", memory: 24_576 }],
      held: HELD,
      conditions,
    },
  };
}

/** A replica that is ready for 100 s. */
export function writtenReplica(service: string, number: number): WrittenObjects["Replica"] {
  return {
    apiVersion: API_VERSION,
    kind: "Replica",
    metadata: { name: `${service}/${number}`, ...KEPT },
    status: {
      service,
      node: "local",
      devices: [],
      phase: "Ready",
      since: "2026-01-02T03:08:20.000Z",
    },
  };
}
