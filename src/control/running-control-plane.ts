import type { ApplyAnswer, CancelAnswer, DeleteAnswer, WhyAnswer } from "../api/answers.ts";
import type { ApiObject, EventRecord, ObjectChange, ObjectKind } from "../api/objects.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Action } from "../model/action.ts";
import type { Catalog } from "../model/launch.ts";
import type { Random } from "../model/random.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import { applyManifests, isUnchanged, type TakenManifests } from "./apply-manifests.ts";
import { cancelJob } from "./cancel-job.ts";
import { type Command, ControlLoop, type LoopOptions } from "./control-loop.ts";
import type { ApiFailure, ControlPlane } from "./control-plane.ts";
import { DEFAULT_QUEUE } from "./default-queue.ts";
import { deleteObject, deletionAnswer } from "./delete-object.ts";
import type { EngineSide } from "./engine-side.ts";
import { refused } from "./failures.ts";
import { entryRandom } from "./journal/entry-random.ts";
import { planOf } from "./plan-of.ts";
import { recover, type Recovered } from "./recover.ts";
import { keyOf } from "./views/records.ts";
import { explainWaiting } from "./why.ts";

export interface ControlPlaneOptions extends LoopOptions {
  /** Makes the engine; it may ask the catalog from then on. */
  readonly connect: (catalog: Catalog) => EngineSide;
}

interface ApplyOptions {
  readonly dryRun: boolean;
  readonly versions: ReadonlyMap<string, string>;
}

/** The control plane over a journal, an engine and a clock; it runs from its making to its end. */
export class RunningControlPlane implements ControlPlane {
  /** Resolves after `stop`. Rejects with a JournalError, or with a bug: then the process has to end. */
  readonly done: Promise<void>;
  readonly #loop: ControlLoop;
  readonly #recovered: Recovered;
  readonly #options: ControlPlaneOptions;
  /** Resolves when jobs that name no queue have one. */
  readonly #hasQueue: Promise<unknown>;

  /** @throws JournalError or ReplayError if the journal cannot be taken up. */
  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#recovered = recover(options.journal, options.connect);
    this.#loop = new ControlLoop(this.#recovered, options);
    this.#hasQueue =
      options.journal.sequence === 0
        ? this.#loop.submit(this.#applyCommand([DEFAULT_QUEUE], new Map()))
        : Promise.resolve();
    this.done = this.#loop.run();
  }

  /** Ends it; workloads run on, and the journal may be closed once `done` has resolved. */
  stop(): void {
    this.#loop.stop();
  }

  async apply(
    manifests: readonly Manifest[],
    { dryRun, versions }: ApplyOptions,
  ): Promise<Result<ApplyAnswer, ApiFailure>> {
    const { views, side } = this.#recovered;
    // As the journal gives them back: without what is undefined.
    const plain = JSON.parse(JSON.stringify(manifests)) as readonly Manifest[];
    for (const manifest of plain) {
      if (isUnchanged(manifest, views)) continue;
      const refusal = await side.admit(manifest);
      if (refusal === undefined) continue;
      return fail(refused(manifest.kind, manifest.metadata.name, refusal));
    }
    await this.#hasQueue;
    if (dryRun) return this.#tryOut(plain, versions);
    return this.#loop.submit(this.#applyCommand(plain, versions));
  }

  delete(
    kind: ObjectKind,
    name: string,
    resourceVersion: string | undefined,
  ): Promise<Result<DeleteAnswer, ApiFailure>> {
    const deletion = { kind, name, version: resourceVersion };
    return this.#loop.submit({
      about: [keyOf(kind, name)],
      take: (ground) => deleteObject(deletion, ground),
      answer: () => deletionAnswer(deletion, this.#recovered.views),
    });
  }

  cancel(
    job: string,
    resourceVersion: string | undefined,
  ): Promise<Result<CancelAnswer, ApiFailure>> {
    return this.#loop.submit({
      about: [keyOf("BatchJob", job)],
      take: (ground) => cancelJob({ name: job, version: resourceVersion }, ground),
      answer: ({ answer }) => answer,
    });
  }

  list(kind: ObjectKind): {
    readonly objects: readonly ApiObject[];
    readonly resourceVersion: string;
  } {
    const { views } = this.#recovered;
    return { objects: views.list(kind), resourceVersion: String(views.version) };
  }

  get(kind: ObjectKind, name: string): ApiObject | undefined {
    return this.#recovered.views.get(kind, name);
  }

  watch(
    kinds: ReadonlySet<ObjectKind>,
    resourceVersion: string,
    stop: AbortSignal,
  ): Result<AsyncIterable<ObjectChange>, ApiFailure> {
    return this.#recovered.ring.watch(kinds, resourceVersion, stop);
  }

  why(job: string): Promise<Result<WhyAnswer, ApiFailure>> {
    return explainWaiting(job, this.#loop.ground, this.#newRandom());
  }

  events(options: Parameters<ControlPlane["events"]>[0]): readonly EventRecord[] {
    return this.#recovered.views.events(options);
  }

  #applyCommand(
    manifests: readonly Manifest[],
    versions: ReadonlyMap<string, string>,
  ): Command<ApplyAnswer, TakenManifests> {
    return {
      about: manifests.map(({ kind, metadata }) => keyOf(kind, metadata.name)),
      take: (ground) => applyManifests(manifests, versions, ground),
      answer: (taken, actions) => this.#applyAnswer(taken, actions, false),
    };
  }

  /** What applying them would begin now, on a copy of the scheduler. O(state). */
  #tryOut(
    manifests: readonly Manifest[],
    versions: ReadonlyMap<string, string>,
  ): Result<ApplyAnswer, ApiFailure> {
    const { ground } = this.#loop;
    const scheduler = ground.scheduler.fork();
    const taken = applyManifests(manifests, versions, { ...ground, scheduler });
    if (!taken.ok) return taken;
    const actions = scheduler.decide(milliseconds(ground.nowMs), this.#newRandom()());
    return succeed(this.#applyAnswer(taken.value, actions, true));
  }

  /** What gives chance as the next turn has it, whatever comes meanwhile. */
  #newRandom(): () => Random {
    const { origin, sequence } = this.#options.journal;
    return () => entryRandom(origin.seed, sequence + 1);
  }

  #applyAnswer(
    { outcomes }: TakenManifests,
    actions: readonly Action[],
    dryRun: boolean,
  ): ApplyAnswer {
    const { views } = this.#recovered;
    const results = outcomes.map(({ kind, name, outcome }) => {
      const version = views.record(kind, name)?.version;
      return { kind, name, outcome, resourceVersion: version === undefined ? "" : String(version) };
    });
    const plan = planOf(actions, new Set(outcomes.map(({ name }) => name)));
    return { dryRun, results, plan };
  }
}
