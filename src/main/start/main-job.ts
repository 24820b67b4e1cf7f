import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { CommandError } from "../../cli/exit-codes.ts";
import { seededRandom } from "../../simulate/seeded-random.ts";
import { wait } from "../wait.ts";
import { addCpuTime, cpuTimeBetween, NO_TIME } from "./cpu-time.ts";
import type { Outcome } from "./figures.ts";
import type { LiveView } from "./live-view.ts";
import {
  EARLY_JOB,
  SERVICE,
  serviceManifest,
  TRAINING_JOB,
  trainingManifest,
  type TrainingOrder,
} from "./manifests.ts";
import type { OwnPlane } from "./own-plane.ts";
import { type Requests, type RunState, writeState } from "./run-state.ts";
import { type Answer, RequestSender } from "./send-requests.ts";
import type { StartFiles } from "./start-files.ts";
import { planWindow, readTraffic, type PlannedRequest } from "./traffic.ts";
import { lastWords, look, readProgress, holdOf, type Sight } from "./watch-run.ts";

/** How often the control plane is asked how things are. */
const LOOK_EVERY_MS = 500;
/** A job or a service that has not begun after so long has no room. */
const BEGIN_LIMIT_MS = 60_000;
/** Requests alone are measured for this part of the time beside training; so is the service's move. */
const WINDOW_PART = 1 / 3;
const MOVE_PART = 1 / 15;
/** Requests that nobody measures: code that was never run is slow at first. */
const WARM_UP_MS = 2000;
/** Steps of the early checkpoint, by seconds of the whole, and between two evaluations. */
const EARLY_STEPS = { perSecond: 0.55, least: 16, most: 40 };
const EARLY_EVALUATIONS = 4;
const EVALUATIONS = 20;
const CHECKPOINTS = 5;
/** The highest speed of the early steps is counted on, less what the service takes. */
const SPEED_PART = 0.9;
/** Characters of a step: 16 windows of 96, the trainer's defaults. */
const STEP_CHARACTERS = 16 * 96;
/** However slow the early steps were: other programs may have been in their way. */
const STEPS_LEAST = { perSecond: 1.5, inAll: 20 };
/** Others leave too little CPU if it is less than this share of all, over so much CPU time. */
const LEFT_LEAST = 0.3;
const OTHERS_SPAN_MS = 20_000;
const TRAFFIC_SEED = 1;
const PROMPT = "## What a queue ";
const WRITTEN_CHARACTERS = 64;

/** What a run needs of the world. */
export interface RunWorld {
  readonly files: StartFiles;
  readonly plane: OwnPlane;
  readonly view: LiveView;
  /** Aborted when the user wants to leave. */
  readonly stop: AbortSignal;
}

/**
 * One run of the main job, from an early checkpoint to the model that was trained beside requests.
 * What is done already is skipped: so a run that was killed goes on.
 */
export class MainJob {
  readonly state: RunState;
  readonly #world: RunWorld;
  readonly #window: readonly PlannedRequest[];
  readonly source: string;
  #sight: Sight | undefined;
  /** What is measured just now. */
  #phase: "alone" | "beside" | undefined;
  #doing = "";
  #tokensPerSecond = 0;
  #bestTokensPerSecond = 0;
  #sinceMs = performance.now();
  #firstSight: Sight | undefined;
  #hasWarned = false;

  constructor(state: RunState, world: RunWorld) {
    this.state = state;
    this.#world = world;
    const traffic = readTraffic(world.files.traffic);
    this.source = traffic.source;
    this.#window = planWindow(traffic, this.#windowMs, seededRandom(TRAFFIC_SEED));
  }

  /** Last step of the early checkpoint. */
  get early(): number {
    const { perSecond, least, most } = EARLY_STEPS;
    return Math.min(most, Math.max(least, Math.round(perSecond * this.state.seconds)));
  }

  get #windowMs(): number {
    return this.state.seconds * 1000 * WINDOW_PART;
  }

  /** @throws CommandError if it cannot go on, and what `stop` was aborted with. */
  async run(): Promise<Outcome> {
    const { files } = this.#world;
    await this.#writeText();
    const model = await this.#trainEarly();
    const sender = await this.#serve(model);
    try {
      this.state.textBefore ??= await sender.complete(PROMPT, WRITTEN_CHARACTERS);
      await this.#measureAlone(sender);
      await this.#trainBeside(sender);
      const trained = this.#publish("trained.ckpt", files.newestCheckpoint()!);
      await this.#move(sender, trained);
      this.state.textAfter = await sender.complete(PROMPT, WRITTEN_CHARACTERS);
    } finally {
      sender.close();
    }
    this.state.isFinished = true;
    this.state.endedMs = Date.now();
    this.#save();
    return this.#outcome();
  }

  async #writeText(): Promise<void> {
    const { text, textWriter } = this.#world.files;
    if (!existsSync(text)) await promisify(execFile)(process.execPath, [textWriter, text]);
  }

  async #trainEarly(): Promise<string> {
    const { files, view } = this.#world;
    const copy = path.join(files.models, "early.ckpt");
    if (existsSync(copy)) return copy;
    this.#doing = "training an early checkpoint";
    const evaluateEvery = Math.ceil(this.early / EARLY_EVALUATIONS);
    await this.#train({ name: EARLY_JOB, steps: this.early, evaluateEvery });
    const newest = files.newestCheckpoint();
    if (newest === undefined) throw this.#problem(`${EARLY_JOB} has left no checkpoint`);
    const model = this.#publish("early.ckpt", newest);
    view.say(`An early checkpoint is there (step ${this.early}); it is served now.`);
    return model;
  }

  /** Whole or not at all, under a name of its own: training removes its older files. */
  #publish(name: string, checkpoint: string): string {
    const { models } = this.#world.files;
    mkdirSync(models, { recursive: true });
    const copy = path.join(models, name);
    copyFileSync(checkpoint, `${copy}.new`);
    renameSync(`${copy}.new`, copy);
    return copy;
  }

  async #train(order: Omit<TrainingOrder, "checkpointEvery">): Promise<void> {
    const { files, plane } = this.#world;
    const { name, steps } = order;
    const checkpointEvery = Math.ceil(steps / CHECKPOINTS);
    const manifest = trainingManifest(files, { ...order, checkpointEvery });
    await plane.ask((client) => client.apply(manifest, { file: name }));
    await this.#until(async (sight) => {
      const job = sight.jobs.get(name);
      await this.#readCourse(name);
      this.#warnOfOthers(sight);
      if (job?.status.phase === "Failed" || job?.status.phase === "Cancelled") {
        const words = await plane.ask((client) => lastWords(client, name));
        throw this.#problem(`${name} has ${job.status.phase.toLowerCase()}: ${words}`);
      }
      if (job?.status.phase === "Pending" && job.status.attempt === 0) {
        return { done: false, waitsFor: `${name} to start` };
      }
      return { done: job?.status.phase === "Succeeded" };
    });
  }

  /** Starts to serve the model; from now on requests are answered. */
  async #serve(model: string): Promise<RequestSender> {
    const { files, plane } = this.#world;
    this.#doing = "starting the service";
    // A run that was killed while the service moved has it at the later checkpoint already.
    const sight = await plane.ask(look);
    if (sight.service === undefined) {
      const manifest = serviceManifest(files, model);
      await plane.ask((client) => client.apply(manifest, { file: SERVICE }));
    }
    let endpoint: string | undefined;
    await this.#until(async ({ service }) => {
      endpoint = service?.status.endpoint;
      const isReady = endpoint !== undefined && (service?.status.replicas.ready ?? 0) > 0;
      return { done: isReady, waitsFor: `${SERVICE} to be ready` };
    });
    return new RequestSender(endpoint!, readFileSync(files.text, "utf8"));
  }

  async #measureAlone(sender: RequestSender): Promise<void> {
    if (this.state.isAloneDone) return;
    this.#doing = "measuring requests alone";
    const { alone } = this.state;
    alone.latenciesMs.length = 0;
    alone.failed = 0;
    this.state.cpu.alone = { spanMs: 0, cpu: NO_TIME };
    const warmUp = this.#window.filter(({ atMs }) => atMs < WARM_UP_MS);
    await sender.sendAll(warmUp, () => {}, this.#world.stop);
    this.#phase = "alone";
    await this.#beside(sender.sendAll(this.#window, this.#counter(alone), this.#world.stop));
    this.#phase = undefined;
    this.state.isAloneDone = true;
  }

  /** The same requests, again and again, until the training is done. */
  async #trainBeside(sender: RequestSender): Promise<void> {
    const { state } = this;
    this.#doing = "training beside requests";
    state.steps ??= this.#planSteps();
    this.#save();
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, this.#world.stop]);
    const send = async () => {
      while (!stop.aborted) {
        await sender.sendAll(this.#window, this.#counter(state.beside), stop);
      }
    };
    const sending = send();
    this.#phase = "beside";
    try {
      const evaluateEvery = Math.ceil((state.steps - this.early) / EVALUATIONS);
      await this.#train({ name: TRAINING_JOB, steps: state.steps, evaluateEvery });
    } finally {
      this.#phase = undefined;
      over.abort();
      await sending;
    }
  }

  /** As many steps as fit into the time at the speed of the early ones. */
  #planSteps(): number {
    const perSecond = (SPEED_PART * this.#bestTokensPerSecond) / STEP_CHARACTERS;
    const steps = this.state.seconds * Math.max(STEPS_LEAST.perSecond, perSecond);
    return this.early + Math.max(STEPS_LEAST.inAll, Math.round(steps));
  }

  /** Replaces the replica under requests: they wait at the door meanwhile. */
  async #move(sender: RequestSender, model: string): Promise<void> {
    const { files, plane } = this.#world;
    this.#doing = "moving the service to the new checkpoint";
    const before = await plane.ask(look);
    const old = new Set(before.replicas.map(({ metadata }) => metadata.uid));
    const manifest = serviceManifest(files, model);
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, this.#world.stop]);
    const spanMs = this.state.seconds * 1000 * MOVE_PART;
    const sending = this.#sendFor(sender, spanMs, stop);
    try {
      const { results } = await plane.ask((client) => client.apply(manifest, { file: SERVICE }));
      const isNew = results[0]?.outcome !== "unchanged";
      await this.#until(async ({ replicas }) => {
        const ready = replicas.filter(({ status }) => status.phase === "Ready");
        const done = ready.some(({ metadata }) => !isNew || !old.has(metadata.uid));
        return { done, waitsFor: "the new replica to be ready" };
      });
    } catch (error) {
      over.abort();
      throw error;
    } finally {
      await sending;
    }
  }

  async #sendFor(sender: RequestSender, spanMs: number, stop: AbortSignal): Promise<void> {
    const requests = this.#window.filter(({ atMs }) => atMs < spanMs);
    await sender.sendAll(requests, this.#counter(this.state.moving), stop);
  }

  #counter(requests: Requests): (answer: Answer) => void {
    return ({ latencyMs, failure }) => {
      if (failure === undefined) return void requests.latenciesMs.push(latencyMs);
      requests.failed += 1;
      this.#world.view.say(`A request failed: ${failure}`);
    };
  }

  /** Says once that training will be slow because others leave it nothing. */
  #warnOfOthers(sight: Sight): void {
    this.#firstSight ??= sight;
    const spanMs = (sight.atMs - this.#firstSight.atMs) * availableParallelism();
    const { idleMs, offlineMs } = cpuTimeBetween(this.#firstSight.cpu, sight.cpu);
    if (this.#hasWarned || spanMs < OTHERS_SPAN_MS || idleMs + offlineMs > LEFT_LEAST * spanMs)
      return;
    this.#hasWarned = true;
    this.#world.view.say(
      "Other programs use nearly all CPU. Training takes only what is idle: it will be slow.",
    );
  }

  /** Adds up what was used while requests were alone, and while they met training. */
  #addCpuTime(before: Sight | undefined, after: Sight): void {
    if (before === undefined || this.#phase === undefined) return;
    if (this.#phase === "beside" && !(isTraining(before) && isTraining(after))) return;
    const { spanMs, cpu } = this.state.cpu[this.#phase];
    this.state.cpu[this.#phase] = {
      spanMs: spanMs + after.atMs - before.atMs,
      cpu: addCpuTime(cpu, cpuTimeBetween(before.cpu, after.cpu)),
    };
  }

  async #readCourse(job: string): Promise<void> {
    const told = await this.#world.plane.ask((client) => readProgress(client, job));
    for (const { step, heldOutBitsPerChar, tokensPerSecond } of told) {
      this.state.curve[step] = heldOutBitsPerChar;
      if (tokensPerSecond > 0) this.#tokensPerSecond = tokensPerSecond;
      this.#bestTokensPerSecond = Math.max(this.#bestTokensPerSecond, tokensPerSecond);
    }
  }

  /** Keeps looking, and showing, while something else goes on. */
  async #beside(work: Promise<void>): Promise<void> {
    let isOver = false;
    const ended = work.finally(() => (isOver = true));
    await this.#until(async () => ({ done: isOver }));
    await ended;
  }

  /** Looks, shows and remembers, until it is so. */
  async #until(
    isSo: (sight: Sight) => Promise<{ readonly done: boolean; readonly waitsFor?: string }>,
  ): Promise<void> {
    let waitedMs = 0;
    for (;;) {
      this.#world.stop.throwIfAborted();
      const sight = await this.#world.plane.ask(look);
      this.#addCpuTime(this.#sight, sight);
      this.#sight = sight;
      const { done, waitsFor } = await isSo(sight);
      this.#show(sight);
      this.#save();
      if (done) return;
      waitedMs = waitsFor === undefined ? 0 : waitedMs + LOOK_EVERY_MS;
      if (waitedMs > BEGIN_LIMIT_MS) throw await this.#stuck(waitsFor!);
      await wait(LOOK_EVERY_MS, this.#world.stop);
    }
  }

  #show(sight: Sight): void {
    const job = sight.jobs.get(TRAINING_JOB) ?? sight.jobs.get(EARLY_JOB);
    const held = sight.node === undefined ? undefined : holdOf(sight.node);
    this.#world.view.show(this.state, {
      doing: this.#doing,
      training: job?.status.phase ?? "-",
      service: sight.replicas.at(-1)?.status.phase ?? "-",
      held,
      tokensPerSecond: this.#tokensPerSecond,
    });
  }

  #save(): void {
    const nowMs = performance.now();
    this.state.ranMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    writeState(this.#world.files.state, this.state);
  }

  async #outcome(): Promise<Outcome> {
    const { plane } = this.#world;
    const sight = await plane.ask(look);
    const events = await plane.ask((client) => client.events());
    const job = sight.jobs.get(TRAINING_JOB);
    const failures = events.filter(
      ({ about, type }) => about.kind === "Replica" && type === "Warning",
    );
    return {
      hasSucceeded: job?.status.phase === "Succeeded",
      trainingRestarts: Math.max(0, (job?.status.attempt ?? 1) - 1),
      replicaFailures: failures.length,
    };
  }

  async #stuck(waitsFor: string): Promise<CommandError> {
    const { jobs, service } = await this.#world.plane.ask(look);
    const objects = [...jobs.values(), ...(service === undefined ? [] : [service])];
    const reasons = objects.flatMap(({ metadata, status }) =>
      status.conditions
        .filter((condition) => condition.status === "False")
        .map(({ message }) => `${metadata.name}: ${message}`),
    );
    return this.#problem(`waited too long for ${waitsFor}. ${reasons.join("; ")}`);
  }

  #problem(message: string): CommandError {
    const { home } = this.#world.files;
    const cure = `See \`npx neuraxis events --home ${home}\`, and \`npm start -- --fresh\` to begin anew.`;
    return new CommandError("refused", message, cure);
  }
}

function isTraining({ jobs }: Sight): boolean {
  return jobs.get(TRAINING_JOB)?.status.phase === "Running";
}
