import type { Host } from "./host.ts";

/** A host and a port; port 0 is any free one. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface UpOrder {
  /** Absolute path of the home. */
  readonly home: string;
  readonly api: ListenAddress;
  readonly door: ListenAddress;
  readonly detach: boolean;
}

export interface StartOrder {
  /** Absolute path of the home; absent: a folder of the checkout. */
  readonly home?: string;
  /** Whether it ends by itself. */
  readonly once: boolean;
  /** Whether a run that was interrupted is left behind. */
  readonly fresh: boolean;
  /** Of training beside requests. */
  readonly seconds: number;
}

/** What the commands about this machine's own control plane need of the world. */
export interface MachineHost {
  /**
   * Absolute path of the home that a flag names, or the environment, or the user's own.
   * @throws UsageError for a flag without a name.
   */
  homeFolder(flag: string | undefined): string;
  /** Runs the control plane until it ends; with `detach` until another process runs it. */
  up(order: UpOrder): Promise<void>;
  /** Ends the control plane of a home, with its work or without. */
  down(order: { readonly home: string; readonly workloads: "keep" | "end" }): Promise<void>;
  /** Runs the main job. @returns whether all promises were kept; undefined if it was interrupted. */
  start(order: StartOrder, host: Host): Promise<boolean | undefined>;
  /** What this machine can do, and what it cannot, as lines. */
  doctor(home: string): Promise<readonly DoctorLine[]>;
  /** Decides everything in a journal anew. */
  replay(file: string): Promise<ReplayAnswer>;
  /**
   * Keeps what standard input brings as an entry of a secret.
   * @throws UsageError for a bad name, or an empty value that is not allowed.
   */
  setSecret(
    home: string,
    entry: { readonly name: string; readonly key: string; readonly allowEmpty: boolean },
  ): Promise<void>;
  /** @param key absent: all entries. @returns those that were forgotten. @throws CommandError. */
  deleteSecret(home: string, name: string, key: string | undefined): Promise<readonly string[]>;
  /** `NAME/KEY`, sorted. */
  listSecrets(home: string): Promise<readonly string[]>;
  /** Makes a damaged journal whole again, as far as it can be read. */
  restore(file: string): Promise<readonly string[]>;
}

/** One finding. */
export interface DoctorLine {
  readonly what: string;
  /** Weaker: it is there, and does less than it could. */
  readonly state: "ok" | "weaker" | "missing";
  readonly finding: string;
  /** How it becomes ok; absent if it is. */
  readonly cure?: string;
}

/** What came of a replay. */
export interface ReplayAnswer {
  readonly isSame: boolean;
  /** For people, one line each. */
  readonly lines: readonly string[];
}
