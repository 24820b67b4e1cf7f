import { DEVICE_KINDS_MAX } from "../../decide/cluster/kind-table.ts";
import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { z } from "zod";
import { PLACEMENT_POLICIES } from "../../decide/policies/registry.ts";
import { explain, splitIssue } from "../../manifest/shape-parts.ts";
import { suggestName } from "../../model/nearest-name.ts";
import { InputError } from "../../trace/input-error.ts";
import { buildFailures } from "./build-failures.ts";
import { buildJobs } from "./build-jobs.ts";
import { buildNodes } from "./build-nodes.ts";
import { buildQueues } from "./build-queues.ts";
import { buildServices } from "./build-services.ts";
import { checkJobs } from "./check-jobs.ts";
import { noteSlow } from "./note-slow.ts";
import { findUnknownKind, type Room, measureRoom } from "./room.ts";
import { deviceWork } from "./scale-jobs.ts";
import type { OfflineWork, Prices, Scenario } from "./scenario.ts";
import { type ScenarioShape, scenarioShape } from "./scenario-shape.ts";
import { type Override, parseScenarioText, type ScenarioText } from "./scenario-text.ts";

const SCENARIO_BYTES_MAX = 16 * 1024 * 1024;

export interface ScenarioOptions {
  /** Folder that the scenario's traces are in. */
  readonly traces?: string;
  /** Settings that take the place of the file's. */
  readonly set?: readonly Override[];
}

/**
 * Reads a scenario and everything that it names, and checks all of it.
 *
 * @throws InputError for the first fault, with the file, the line and the key.
 */
export async function readScenario(
  file: string,
  { traces, set = [] }: ScenarioOptions = {},
): Promise<Scenario> {
  if (traces !== undefined) await checkTraces(traces);
  const text = parseScenarioText(file, await readText(file), set);
  const shape = checkShape(text);
  checkPolicy(text, shape.policy);
  const notes: string[] = [];
  const named: string[] = [];
  const given = traces === undefined ? {} : { traces };
  const draft = { text, seed: shape.seed, named, notes, ...given };
  const nodes = await buildNodes(draft, shape.nodes);
  const room = measureRoom(nodes);
  if (room.kinds.size > DEVICE_KINDS_MAX) {
    const problem = `have ${room.kinds.size} device kinds; at most ${DEVICE_KINDS_MAX} can be`;
    throw text.refuse("too-many-device-kinds", ["nodes"], problem);
  }
  const queues = buildQueues(text, shape.queues, room);
  const { jobs, offline, sourced } = await buildJobs(draft, shape.jobs);
  checkJobs(sourced, queues, room);
  checkOffline(text, shape, offline);
  const services = await buildServices(draft, shape.services, room);
  const failures = buildFailures(draft, shape.failures, nodes, shape.horizon);
  const prices = buildPrices(text, shape.prices, room);
  if (traces !== undefined && named.length === 0) {
    notes.push(`Nothing is read from ${traces}: the scenario names no file of a folder of traces.`);
  }
  noteSlow(shape, notes);
  return {
    name: shape.name,
    seed: shape.seed,
    ...(shape.horizon === undefined ? {} : { horizonMs: shape.horizon }),
    policy: shape.policy,
    graceMs: shape.grace,
    ...(shape.patience === undefined ? {} : { patienceMs: shape.patience }),
    nodes,
    queues,
    jobs,
    ...(offline === undefined ? {} : { offline }),
    services,
    failures,
    ...(prices === undefined ? {} : { prices }),
    notes,
  };
}

async function checkTraces(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => error);
  if (found instanceof Error) {
    throw new InputError("cannot-read", { file: `--traces ${folder}` }, found.message);
  }
  if (!(found as Stats).isDirectory()) {
    throw new InputError("cannot-read", { file: `--traces ${folder}` }, "is no folder");
  }
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > SCENARIO_BYTES_MAX) {
      throw new InputError("too-large", { file }, `has more than ${SCENARIO_BYTES_MAX} bytes`);
    }
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError("cannot-read", { file }, error.message);
  }
}

/** Unknown keys come first: a misspelt key is also one that is missing. */
function checkShape(text: ScenarioText): ScenarioShape {
  const result = scenarioShape.safeParse(text.data, { error: explain });
  if (result.success) return result.data;
  const { issues } = result.error;
  const unknown = issues.find(({ code }) => code === "unrecognized_keys");
  throw refuseIssue(text, unknown ?? issues[0]);
}

function refuseIssue(text: ScenarioText, issue: z.core.$ZodIssue): InputError {
  const [{ path, message }] = splitIssue(issue);
  if (issue.code === "unrecognized_keys") return text.refuse("unknown-key", path, message);
  if (!text.has(path)) return text.refuse("missing-key", path, "is missing");
  return text.refuse("invalid-setting", path, message);
}

function checkPolicy(text: ScenarioText, policy: string): void {
  const known = PLACEMENT_POLICIES.map(({ name }) => name);
  if (known.includes(policy)) return;
  const problem = `there is no policy "${policy}"${suggestName(policy, known)}; there are ${known.join(", ")}`;
  throw text.refuse("unknown-name", ["policy"], problem);
}

/** Work without devices cannot be measured against idle devices, nor any without a span of time. */
function checkOffline(
  text: ScenarioText,
  { jobs, horizon, services }: ScenarioShape,
  offline: OfflineWork | undefined,
): void {
  if (offline === undefined) return;
  const index = jobs.findIndex((source) => !("list" in source) && source.amount !== undefined);
  const keys = ["jobs", index, "amount"];
  if (horizon === undefined && services.length === 0) {
    const problem =
      "an amount is of the time that requests span, or of a horizon; there is neither";
    throw text.refuse("invalid-setting", keys, problem);
  }
  const idle = offline.jobs.find((job) => deviceWork(job) === 0);
  if (idle === undefined) return;
  const problem = `job ${idle.job.id} needs no GPU, and the amount is of GPU time; \`gpuOnly: true\` leaves such jobs out`;
  throw text.refuse("invalid-setting", keys, problem);
}

function buildPrices(
  text: ScenarioText,
  shape: ScenarioShape["prices"],
  room: Room,
): Prices | undefined {
  if (shape === undefined) return undefined;
  const { default: standard, ...kinds } = shape as { default?: number; [kind: string]: number };
  for (const kind of Object.keys(kinds)) {
    const keys = ["prices", kind];
    const misfit = findUnknownKind(room, "the price list", kind, keys);
    if (misfit !== undefined) throw text.refuse(misfit.code, keys, misfit.problem);
  }
  for (const kind of room.kinds) {
    if (standard !== undefined || Object.hasOwn(kinds, kind)) continue;
    const problem = `has no price for ${kind}, and no default`;
    throw text.refuse("missing-key", ["prices"], problem);
  }
  return { ...(standard === undefined ? {} : { default: standard }), kinds };
}
