import type { LastingEngine } from "../engine/engine.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Refusal } from "../model/refusal.ts";

/** An engine, and what only its side knows of manifests. */
export interface EngineSide {
  readonly engine: LastingEngine;
  /** Why this engine can never do what the manifest asks for; asked before anything is kept. */
  admit(manifest: Manifest): Promise<Refusal | undefined> | Refusal | undefined;
  /** The catalog has changed: services came or went. Called before the actions of that turn. */
  catalogChanged?(): void;
  /** Where requests for the service go; absent where the engine has no such. */
  endpointOf?(service: string): string | undefined;
}
