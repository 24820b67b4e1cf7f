import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../../cli/usage-error.ts";
import { makeFolder } from "../up/make-folder.ts";

/** The checkout that this program runs from: two levels above `src/` or `dist/`. */
const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** Which control plane's home it is unless another one is named: never the user's own. */
const DEFAULT_HOME = path.join(REPOSITORY, ".cache/start");

/** Below this path a socket of the keeper has a name that the system takes (unix(7): 107 bytes). */
const HOME_BYTES_MAX = 80;

/** Where one run of the main job keeps what. */
export class StartFiles {
  readonly home: string;
  readonly repository = REPOSITORY;

  /**
   * @param home absolute; absent: below the checkout's `.cache`.
   * @throws UsageError for a package without examples, and for a home that cannot serve.
   */
  constructor(home = DEFAULT_HOME) {
    this.home = home;
    if (!existsSync(this.trainer) || !existsSync(path.join(REPOSITORY, "node_modules/@jax-js"))) {
      throw new UsageError(
        "the main job trains examples/tiny-lm, which the package does not hold: " +
          "clone the repository and run `npm start` there; `neuraxis up` needs neither",
      );
    }
    if (Buffer.byteLength(home) > HOME_BYTES_MAX) {
      throw new UsageError(
        `${home} is too long a path for sockets: name a folder of at most ${HOME_BYTES_MAX} bytes by --home`,
      );
    }
  }

  get trainer(): string {
    return path.join(REPOSITORY, "examples/tiny-lm/train.ts");
  }

  get server(): string {
    return path.join(REPOSITORY, "examples/tiny-lm/serve.ts");
  }

  get textWriter(): string {
    return path.join(REPOSITORY, "examples/main-job/write-text.ts");
  }

  get traffic(): string {
    return path.join(REPOSITORY, "examples/main-job/traffic.json");
  }

  /** What is trained on. */
  get text(): string {
    return path.join(this.home, "text.txt");
  }

  /** Checkpoints that are served: copies, which no training removes. */
  get models(): string {
    return path.join(this.home, "models");
  }

  get checkpoints(): string {
    return path.join(this.home, "engine/checkpoints/tiny-lm");
  }

  get state(): string {
    return path.join(this.home, "start.json");
  }

  get report(): string {
    return path.join(this.home, "report");
  }

  /** Of the process that runs the main job. */
  get lock(): string {
    return path.join(this.home, "start-lock");
  }

  /** Makes the home. @throws UsageError for a folder with what is no run of the main job. */
  make(): void {
    makeFolder(this.home);
    if (readdirSync(this.home).length > 0 && !existsSync(this.lock)) {
      throw new UsageError(
        `${this.home} holds something else than a run of the main job: name an empty folder by --home`,
      );
    }
    mkdirSync(this.lock, { recursive: true, mode: 0o700 });
  }

  /** Removes a run that is over, but not its report. No control plane may run there. */
  clear(): void {
    const kept = new Set([this.report, this.lock]);
    for (const name of readdirSync(this.home)) {
      const file = path.join(this.home, name);
      if (!kept.has(file)) rmSync(file, { recursive: true, force: true });
    }
  }

  /** The newest checkpoint; undefined before the first. */
  newestCheckpoint(): string | undefined {
    if (!existsSync(this.checkpoints)) return undefined;
    const names = readdirSync(this.checkpoints).filter((name) => name.endsWith(".ckpt"));
    const newest = names.toSorted().at(-1);
    return newest === undefined ? undefined : path.join(this.checkpoints, newest);
  }
}
