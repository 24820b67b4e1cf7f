import type { ReplicaId } from "../../model/ids.ts";
import type { CatalogService, ServiceLaunch } from "../../model/launch.ts";
import type { Note } from "../../model/note.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { EngineContext } from "./engine-context.ts";
import { type Answer, isYes } from "./loopback.ts";
import type { Replica, SavedReplica } from "./replica.ts";

/** A process that loads is asked so often whether it serves. */
const LOADING_ASK_MS = 50;
/** One that does not serve within this time, or so many times what its service says, is ended. */
const START_LIMIT_MS = 600_000;
const START_LIMIT_TIMES = 10;
/** People are told what it answers when it has not served for so long, and no more often. */
const TELL_EVERY_MS = 5000;

/** How a replica that serves answers. */
interface Answers {
  /** When it was asked last, in milliseconds since 1970. */
  readonly askedMs: number;
  readonly isAsked: boolean;
  /** Answers in a row that were not yes. */
  readonly silences: number;
}

/** A replica that comes up, and what people know of it. */
interface Coming {
  readonly replica: Replica;
  readonly known: CatalogService;
  readonly sinceMs: number;
  /** When people were told last, or it began, in milliseconds since 1970. */
  toldMs: number;
  /** What they were told. */
  told: string;
}

/** Asks replicas whether they serve: those that come up until they do, the others again and again. */
export class ReplicaReadiness {
  readonly #context: EngineContext;
  readonly #replicas: ReadonlyMap<ReplicaId, Replica>;
  readonly #answers = new Map<ReplicaId, Answers>();

  constructor(context: EngineContext, replicas: ReadonlyMap<ReplicaId, Replica>) {
    this.#context = context;
    this.#replicas = replicas;
  }

  /** It is gone: another may have its name. */
  forget(replica: ReplicaId): void {
    this.#answers.delete(replica);
  }

  /** Asks until it serves, which is true, or is not to come up any more. */
  async whenReady({ replica, service }: SavedReplica): Promise<boolean> {
    const { ports, catalog, clock, loopback } = this.#context;
    const sinceMs = clock.nowMs();
    let coming: Coming | undefined;
    for (let isLate = false; ; ) {
      const current = this.#replicas.get(replica);
      const isComing = current?.data.phase === "waiting" || current?.data.phase === "waking";
      if (!isComing || current?.process !== "running") return false;
      const known = catalog.service(service);
      const port = ports.knownPortOf(current.id);
      if (known !== undefined && port !== undefined) {
        const answer = await loopback.asksReady(port, known.launch.readiness);
        if (isYes(answer)) {
          this.#answers.delete(replica);
          return true;
        }
        coming ??= { replica: current, known, sinceMs, toldMs: sinceMs, told: "" };
        const seen = inWords(answer, known.launch, port);
        this.#tell(coming, seen);
        isLate ||= this.#endLate(coming, seen);
      }
      const pauseMs = Math.min(
        LOADING_ASK_MS,
        known?.launch.readiness.intervalMs ?? LOADING_ASK_MS,
      );
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    }
  }

  /** Asks one that serves, when it is time. If it gives no good answer so many times, it is ended. */
  async ask({ id, data }: Replica): Promise<void> {
    const { replica, service } = data;
    const { catalog, clock, ports, loopback, processes } = this.#context;
    const launch = catalog.service(service)?.launch;
    const port = ports.knownPortOf(id);
    const last = this.#answers.get(replica);
    if (launch === undefined || port === undefined || last?.isAsked === true) return;
    const { readiness } = launch;
    const askedMs = clock.nowMs();
    if (last !== undefined && askedMs - last.askedMs < readiness.intervalMs) return;
    const before = last?.silences ?? 0;
    const asked = { askedMs, isAsked: true, silences: before };
    this.#answers.set(replica, asked);
    const answer = await loopback.asksReady(port, readiness);
    // It slept or ended meanwhile, and another may have its name.
    if (this.#answers.get(replica) !== asked) return;
    const silences = isYes(answer) ? 0 : before + 1;
    this.#answers.set(replica, { askedMs, isAsked: false, silences });
    if (silences !== readiness.failures || data.phase !== "ready") return;
    const seen = inWords(answer, launch, port);
    const what = `served no more, asked ${silences} times in a row, and is ended`;
    this.#note(replica, "not-ready", `${what}: ${seen}`);
    processes.kill(id);
  }

  /** Tells what it answers, once it has lasted, and again only when that is something else. */
  #tell(coming: Coming, seen: string): void {
    const nowMs = this.#context.clock.nowMs();
    if (seen === coming.told || nowMs - coming.toldMs < TELL_EVERY_MS) return;
    coming.told = seen;
    coming.toldMs = nowMs;
    const seconds = Math.round((nowMs - coming.sinceMs) / 1000);
    const { replica } = coming.replica.data;
    this.#note(replica, "not-ready", `does not serve after ${seconds} s: ${seen}`);
  }

  /** Ends it if it takes too long; true then. */
  #endLate({ replica, known, sinceMs }: Coming, seen: string): boolean {
    const limitMs = Math.max(START_LIMIT_MS, START_LIMIT_TIMES * known.service.startMs);
    if (this.#context.clock.nowMs() - sinceMs < limitMs) return false;
    const what = `did not serve within ${Math.round(limitMs / 1000)} s and is ended`;
    this.#note(replica.data.replica, "start-limit", `${what}: ${seen}`);
    this.#context.processes.kill(replica.id);
    return true;
  }

  #note(replica: ReplicaId, reason: Note["reason"], what: string): void {
    const message = `replica ${replica} ${what}`;
    this.#context.note({
      about: { kind: "Replica", name: replica },
      type: "Warning",
      reason,
      message,
    });
  }
}

/** What was seen instead of a yes, as a clause. */
function inWords(answer: Answer, launch: ServiceLaunch, port: number): string {
  const { path, timeoutMs } = launch.readiness;
  switch (answer.kind) {
    case "answered":
      return `${path} answered ${answer.status}`;
    case "nobody-listens":
      return `nothing listens on port ${port}${"env" in launch.port ? ` ($${launch.port.env})` : ""}`;
    case "too-late":
      return `${path} did not answer within ${timeoutMs / 1000} s`;
    case "broken-off":
      return `${path} was not answered, the connection broke off (${answer.code})`;
    default:
      return unreachable(answer);
  }
}
