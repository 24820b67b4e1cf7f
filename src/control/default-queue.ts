import { API_VERSION, type QueueManifest } from "../manifest/manifest.ts";

/** The queue that there is from the start, for jobs that name none. It may be changed, and stays. */
export const DEFAULT_QUEUE: QueueManifest = {
  apiVersion: API_VERSION,
  kind: "Queue",
  metadata: { name: "default", labels: {}, annotations: {} },
  spec: { weight: 1, guaranteed: {}, limit: {}, borrows: true },
};
