import { type Client } from "../../src/client/client.ts";
import { ClientError } from "../../src/client/client-error.ts";
import { JOB_PLANS, type Life, type LifeMaker, makeJob, makeService } from "./survival-lives.ts";

/** Jobs and services that there are at once, at most. */
const JOBS_MAX = 12;
const SERVICES_MAX = 2;
/** Jobs that only ever stay until they are told to leave, of these. */
const STAYING_MAX = 2;

/** What a control plane that was killed answers. */
const LOST: ReadonlySet<string> = new Set(["not-running", "connection-lost", "no-answer"]);

/** The service that is there from the first to the last round. */
export const STEADY = "steady";

/** What users do, at random: they apply, scale, delete, and crash replicas. */
export class Churn {
  /** By id: all that were ever made. */
  readonly lives = new Map<string, Life>();
  readonly #maker: LifeMaker;
  /** Where requests to services go. */
  readonly #doorUrl: string;
  /** Names in use, as kind/name. */
  readonly #names = new Map<string, Life>();
  /** What was asked of a control plane that was killed before it answered. */
  #unsure: ((client: Client) => Promise<void>) | undefined;
  #count = 0;

  constructor(maker: LifeMaker, doorUrl: string) {
    this.#maker = maker;
    this.#doorUrl = doorUrl;
  }

  lifeOf(kind: Life["kind"], name: string): Life | undefined {
    return this.#names.get(`${kind}/${name}`);
  }

  /** All that exist, or may. */
  get present(): readonly Life[] {
    return [...this.#names.values()];
  }

  /** Its object is gone: the name is free. */
  forget({ kind, name }: Life): void {
    this.#names.delete(`${kind}/${name}`);
  }

  async makeSteady(client: Client): Promise<void> {
    await this.#apply(client, makeService(this.#newId(), STEADY, 1, this.#maker));
  }

  /** One thing at random. @returns false if the control plane was gone. */
  async act(client: Client): Promise<boolean> {
    const { random } = this.#maker;
    const dice = random();
    if (dice < 0.72) return this.#tryTo(client, () => this.#newJob());
    if (dice < 0.84) return this.#tryTo(client, () => this.#someDeletion());
    if (dice < 0.94) return this.#tryTo(client, () => this.#someService());
    return this.#tryTo(client, () => this.#someCrash());
  }

  /** After a restart: what nobody knows whether it was done is done, or done again. */
  async settle(client: Client): Promise<void> {
    await this.#unsure?.(client);
    this.#unsure = undefined;
  }

  async delete(client: Client, life: Life): Promise<void> {
    life.isDeleted = true;
    try {
      await client.delete(life.kind, life.name);
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== "unknown-object") throw error;
    }
  }

  async #tryTo(
    client: Client,
    choose: () => ((client: Client) => Promise<void>) | undefined,
  ): Promise<boolean> {
    const act = choose();
    if (act === undefined) return true;
    try {
      await act(client);
      return true;
    } catch (error) {
      if (!(error instanceof ClientError) || !LOST.has(error.code)) throw error;
      this.#unsure = act;
      return false;
    }
  }

  #newJob(): ((client: Client) => Promise<void>) | undefined {
    const jobs = this.present.filter(({ kind }) => kind === "BatchJob");
    if (jobs.length >= JOBS_MAX) return undefined;
    const isFull = jobs.filter(({ goal }) => goal === "stays").length >= STAYING_MAX;
    const plan = this.#choose(JOB_PLANS.filter((name) => !(isFull && name === "staying")));
    const names = Array.from({ length: JOBS_MAX }, (_, index) => `job-${index}`);
    const name = this.#choose(names.filter((free) => !this.#names.has(`BatchJob/${free}`)));
    const life = makeJob(this.#newId(), name, plan, this.#maker);
    return (client) => this.#apply(client, life);
  }

  #someDeletion(): ((client: Client) => Promise<void>) | undefined {
    const there = this.present.filter(({ name, isDeleted }) => name !== STEADY && !isDeleted);
    if (there.length === 0) return undefined;
    const life = this.#choose(there);
    return (client) => this.delete(client, life);
  }

  /** A new service, or another number of replicas of one that there is. */
  #someService(): ((client: Client) => Promise<void>) | undefined {
    const name = `service-${Math.floor(this.#maker.random() * SERVICES_MAX)}`;
    const known = this.lifeOf("ModelService", name);
    if (known?.isDeleted === true) return undefined;
    const replicas = 1 + Math.floor(this.#maker.random() * 2);
    const life = makeService(known?.id ?? this.#newId(), name, replicas, this.#maker);
    return (client) => this.#apply(client, life);
  }

  /** Not of the steady one, whose requests are counted. */
  #someCrash(): ((client: Client) => Promise<void>) | undefined {
    const services = this.present.filter(
      ({ kind, name }) => kind === "ModelService" && name !== STEADY,
    );
    if (services.length === 0) return undefined;
    const { name } = this.#choose(services);
    const url = `${this.#doorUrl}/services/${name}/crash`;
    // Nobody waits for an answer: there may be no replica, and one that is there gives none.
    const stop = AbortSignal.timeout(200);
    return async () => {
      // So the time is over, or the connection breaks off: the crash itself is seen in its process.
      await fetch(url, { signal: stop }).catch(() => {});
    };
  }

  async #apply(client: Client, life: Life): Promise<void> {
    this.#names.set(`${life.kind}/${life.name}`, life);
    this.lives.set(life.id, life);
    await client.apply(life.manifest, { file: `${life.id}.yaml` });
  }

  #newId(): string {
    this.#count += 1;
    return `life-${this.#count}`;
  }

  #choose<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#maker.random() * items.length)];
  }
}
