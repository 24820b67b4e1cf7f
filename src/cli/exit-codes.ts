import { API_ERRORS, type ApiErrorCode } from "../api/api-error.ts";
import { ClientError, type ClientErrorCode } from "../client/client-error.ts";
import type { ManifestFault } from "../manifest/manifest-fault.ts";
import { printable } from "../model/printable.ts";
import { UsageError } from "./usage-error.ts";

/** How the program ends; docs/cli.md and the README tell what each means. */
export const EXIT = {
  good: 0,
  bug: 1,
  usage: 2,
  unreachable: 3,
  notFound: 4,
  timeout: 5,
  refused: 6,
} as const;

type Failure = Exclude<keyof typeof EXIT, "good" | "bug">;

/** What a command could not do, with its cure: an outcome, no bug. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly failure: Failure;
  readonly cure: string;

  constructor(failure: Failure, message: string, cure: string) {
    super(message);
    this.failure = failure;
    this.cure = cure;
  }
}

/** The end of the program for each code of the API and its client. */
const ENDS: Readonly<Record<ClientErrorCode, keyof typeof EXIT>> = {
  "not-running": "unreachable",
  "connection-lost": "unreachable",
  "no-answer": "unreachable",
  "not-understood": "unreachable",
  "shutting-down": "unreachable",
  "request-too-slow": "unreachable",
  "unknown-path": "unreachable",
  "wrong-method": "unreachable",
  "wrong-host": "unreachable",
  "no-token": "refused",
  "unknown-object": "notFound",
  "invalid-manifest": "usage",
  "invalid-request": "usage",
  "body-too-large": "usage",
  "headers-too-large": "usage",
  "refused-object": "refused",
  "version-conflict": "refused",
  "version-too-old": "refused",
  "object-in-use": "refused",
  "output-replaced": "refused",
  "too-many-objects": "refused",
  "too-many-requests": "refused",
  "internal-error": "bug",
};

/** What helps at the command line, where the API's own cure speaks of requests. */
const CURES: Partial<Readonly<Record<ClientErrorCode, string>>> = {
  "no-token": "Set NEURAXIS_TOKEN to its token, or name its home with --home.",
  "unknown-object": "See what there is: neuraxis get all.",
  "invalid-request": "See what the command takes: neuraxis help COMMAND.",
  "refused-object": "Ask for something else; nothing was changed.",
  "version-conflict": "It was changed meanwhile: look at it, and repeat.",
  "body-too-large": "Apply fewer files at once.",
};

interface Explained {
  readonly code: number;
  readonly lines: readonly string[];
}

/**
 * An expected failure as an exit code and lines for people; `undefined` for a bug of ours. Of several
 * at once all are told, and the first one's code counts.
 */
export function explainFailure(error: unknown): Explained | undefined {
  if (error instanceof AggregateError) return explainAll(error.errors);
  if (error instanceof CommandError) {
    return { code: EXIT[error.failure], lines: [sayError(error)] };
  }
  if (error instanceof UsageError) {
    return { code: EXIT.usage, lines: [`error: ${error.message}`] };
  }
  if (!(error instanceof ClientError)) return undefined;
  return {
    code: EXIT[ENDS[error.code]],
    lines: [...error.faults.map(sayFault), printable(sayError(withOwnCure(error)))],
  };
}

function explainAll(errors: readonly unknown[]): Explained | undefined {
  const all = errors.map(explainFailure);
  const known = all.filter((explained) => explained !== undefined);
  const [first] = known;
  if (first === undefined || known.length < all.length) return undefined;
  return { code: first.code, lines: known.flatMap(({ lines }) => lines) };
}

/** A cure that the API made for the case stays. */
function withOwnCure({ code, message, cure }: ClientError) {
  const isCommon = code in API_ERRORS && API_ERRORS[code as ApiErrorCode].cure === cure;
  return { message, cure: (isCommon ? CURES[code] : undefined) ?? cure };
}

/** `job.yaml:3:5: spec.queue: is missing. Add the key.` */
function sayFault({ file, line, column, path, problem, cure }: ManifestFault): string {
  const where = path === "" ? "" : `${path}: `;
  return printable(`${file}:${line}:${column}: ${where}${problem}. ${cure}`);
}

function sayError({ message, cure }: { readonly message: string; readonly cure: string }): string {
  return `error: ${message.replace(/\.$/, "")}. ${cure}`;
}
