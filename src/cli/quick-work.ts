import path from "node:path";
import { ClientError } from "../client/client-error.ts";
import type { Client } from "../client/client.ts";
import type { AppliedObject } from "../api/answers.ts";
import type { ManifestKind } from "../manifest/manifest.ts";
import { UsageError } from "./usage-error.ts";
import type { UserHost } from "./user-host.ts";

/** Flags of what is made of a command alone. */
export interface WorkFlags {
  readonly name?: string;
  readonly cpu: string;
  readonly memory: string;
  readonly gpus?: string;
  readonly env: readonly string[];
}

/** Characters of a name that is made; a random end is longer by one. */
const NAME_LENGTH_MAX = 50;
const SUFFIX_LENGTH = 5;
const DEVICE_MILLI = 1000;

/** Which flag stands behind a setting; the first whose path is the setting's, or above it. */
const FLAGS: readonly (readonly [path: RegExp, flag: string])[] = [
  [/^metadata\.name/, "--name"],
  [/\.resources\.cpu/, "--cpu"],
  [/\.resources\.memory/, "--memory"],
  [/\.resources\.accelerators/, "--gpus"],
  [/\.env\b/, "--env"],
  [/\.port\b/, "--port-env"],
  [/\.queue/, "--queue"],
  [/\.retries/, "--retries"],
  [/\.task/, "--task"],
  [/\.model/, "--model"],
  [/\.readiness/, "--ready"],
  [/\.concurrency/, "--concurrency"],
  [/^spec\.replicas\.min/, "--min"],
  [/^spec\.replicas\.max/, "--max"],
  [/\.replicas/, "--replicas"],
];

/** `neuraxis.dev`'s spec of resources. @throws UsageError for a number of devices that none is. */
export function resourcesOf({ cpu, memory, gpus }: WorkFlags): object {
  const cores = /^\d+(\.\d+)?$/.test(cpu) ? Number(cpu) : cpu;
  return { cpu: cores, memory, ...(gpus === undefined ? {} : { accelerators: devicesOf(gpus) }) };
}

/** `2` devices, or a share such as `0.5` of one. */
function devicesOf(gpus: string): object {
  const count = /^\d+(\.\d{1,3})?$/.test(gpus) ? Number(gpus) : Number.NaN;
  if (Number.isInteger(count) && count >= 1) return { count };
  if (count > 0 && count < 1) return { milli: Math.round(count * DEVICE_MILLI) };
  throw new UsageError(`--gpus: "${gpus}" is neither a number of devices nor a share such as 0.5`);
}

/** `KEY=VALUE`, or `KEY` alone for the value that it has here. @throws UsageError. */
export function variablesOf(
  texts: readonly string[],
  environment: UserHost["environment"],
): readonly { readonly name: string; readonly value: string }[] {
  return texts.map((text) => {
    const [name = "", ...rest] = text.split("=");
    const value = rest.length === 0 ? environment[name] : rest.join("=");
    if (value !== undefined) return { name, value };
    throw new UsageError(`--env ${text}: there is no such variable here; write ${text}=VALUE`);
  });
}

/** A name that tells the program: `python3` of `/usr/bin/python3`. */
export function programName(program: string): string {
  const letters = path
    .basename(program)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");
  return letters.slice(0, NAME_LENGTH_MAX).replaceAll(/^-+|-+$/g, "") || "work";
}

/** A name that nothing has yet, in all likelihood: `python3-k3x9a`. */
export function freshName(program: string, random: number): string {
  const suffix = Math.floor(random * 36 ** SUFFIX_LENGTH).toString(36);
  return `${programName(program)}-${suffix.padStart(SUFFIX_LENGTH, "0")}`;
}

/** A manifest before its defaults. */
export interface PlainManifest {
  readonly apiVersion: string;
  readonly kind: ManifestKind;
  readonly metadata: { readonly name: string };
  readonly spec: object;
}

/** Applies one manifest that came of flags; faults are told by their flags. @throws UsageError. */
export async function applyQuick(
  client: Client,
  manifest: PlainManifest,
): Promise<AppliedObject["outcome"] | undefined> {
  try {
    const text = JSON.stringify(manifest);
    const { results } = await client.apply(text, { file: "the command line" });
    return results[0]?.outcome;
  } catch (error) {
    if (!(error instanceof ClientError) || error.faults.length === 0) throw error;
    const lines = error.faults.map(({ path, problem }) => `${flagOf(path)} ${problem}`);
    throw new UsageError(lines.join("\nerror: "));
  }
}

function flagOf(setting: string): string {
  const [, flag = "the command"] = FLAGS.find(([path]) => path.test(setting)) ?? [];
  return flag;
}
