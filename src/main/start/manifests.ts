import { availableParallelism } from "node:os";
import { API_VERSION } from "../../manifest/manifest.ts";
import type { StartFiles } from "./start-files.ts";

export const EARLY_JOB = "tiny-lm-early";
export const TRAINING_JOB = "tiny-lm-training";
export const SERVICE = "tiny-lm";

/** Processes that train together. */
const TRAINERS = 2;
/** Shares of the machine, on two cores or more these parts of a core: what is idle comes on top. */
const SERVICE_CORES = 0.5;
const TRAINER_CORES = 0.7;

/** One training job: as far as `steps`, from the newest checkpoint of the run. */
export interface TrainingOrder {
  readonly name: string;
  readonly steps: number;
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
}

/** The manifest, in JSON, which is YAML. The text of a run is its own, so its checkpoints stay valid. */
export function trainingManifest(files: StartFiles, order: TrainingOrder): string {
  const numbers = {
    steps: order.steps,
    "evaluate-every": order.evaluateEvery,
    "checkpoint-every": order.checkpointEvery,
  };
  const words = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  return format({
    kind: "BatchJob",
    metadata: { name: order.name, labels: { example: "main-job" } },
    spec: {
      replicas: TRAINERS,
      command: [process.execPath, files.trainer, "--data", files.text, ...words],
      resources: { cpu: cores(TRAINER_CORES), memory: "768Mi" },
      checkpoint: { path: "tiny-lm", every: "20s", save: "2s", restart: "5s", onRequest: true },
      retries: { max: 3, backoff: "1s" },
    },
  });
}

/** The manifest of the service that answers from a checkpoint. */
export function serviceManifest(files: StartFiles, model: string): string {
  return format({
    kind: "ModelService",
    metadata: { name: SERVICE, labels: { example: "main-job" } },
    spec: {
      task: "completion",
      runtime: {
        command: [process.execPath, files.server],
        env: [{ name: "MODEL", value: model }],
      },
      model: { name: SERVICE, path: model },
      replicas: { min: 1, max: 1 },
      resources: { cpu: cores(SERVICE_CORES), memory: "512Mi" },
      startTime: "2s",
      readiness: { interval: "1s", timeout: "5s", failures: 6 },
    },
  });
}

function format(manifest: object): string {
  return `${JSON.stringify({ apiVersion: API_VERSION, ...manifest }, undefined, 2)}\n`;
}

/** On one core half of it, so that service and trainers have room there, too. */
function cores(share: number): string {
  return `${Math.floor(1000 * share * Math.min(1, availableParallelism() / TRAINERS))}m`;
}
