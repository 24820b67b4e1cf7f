import type { JobId, ServiceId } from "./ids.ts";
import type { BatchJob } from "./job.ts";
import type { ModelService } from "./service.ts";

/** What a process of a member or a replica is started with. Neuraxis' own variables come on top. */
export interface Launch {
  /** Program and arguments; absent: the image's own program. */
  readonly command?: readonly string[];
  /** Absent: the engine's own system. */
  readonly image?: string;
  /** Words after the command's, or for the image's own program. */
  readonly args: readonly string[];
  readonly environment: readonly Variable[];
  /** Absent: where the engine or the image says. */
  readonly workingDirectory?: string;
}

/** A variable of the environment: its text, or where its text is kept. */
export type Variable =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly secret: SecretReference };

/** One entry of a secret. */
export interface SecretReference {
  readonly name: string;
  readonly key: string;
}

/** What the members of a job are started with. */
export interface JobLaunch {
  /** One for each of the job's roles, in their order. */
  readonly roles: readonly RoleLaunch[];
  /** Folder below the engine's folder of checkpoints; absent: the job takes none. */
  readonly checkpointPath?: string;
}

export interface RoleLaunch extends Launch {
  readonly role: string;
}

/** What the replicas of a service are started, asked and ended with. */
export interface ServiceLaunch extends Launch {
  readonly task: string;
  readonly model: { readonly name: string; readonly path?: string };
  /** A port of the engine's choice, told by a variable, or always the same. */
  readonly port: { readonly env: string } | { readonly number: number };
  readonly readiness: Readiness;
  readonly stop: { readonly signal: string; readonly graceMs: number };
}

/** How a replica is asked whether it serves: GET of the path on its port. */
export interface Readiness {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** So many answers in a row that are not yes mean that it has crashed. */
  readonly failures: number;
}

/** What an engine asks when it carries an action out: what people have said of the work. */
export interface Catalog {
  /** A job that has not been forgotten, ended ones included. */
  job(id: JobId): CatalogJob | undefined;
  /** A service that has not gone; while it is replaced, as it was when its replicas started. */
  service(id: ServiceId): CatalogService | undefined;
  /** Services that have not gone, in order of their making. */
  services(): Iterable<ServiceId>;
}

export interface CatalogJob {
  /** Unique for all time, though names are used again. */
  readonly uid: string;
  readonly job: BatchJob;
  readonly launch: JobLaunch;
}

export interface CatalogService {
  /** Unique for all time, though names are used again. */
  readonly uid: string;
  readonly service: ModelService;
  readonly launch: ServiceLaunch;
}
