import { API_ERRORS, type ApiErrorBody, type ApiErrorCode } from "../api/api-error.ts";
import type { ManifestFault } from "../manifest/manifest-fault.ts";
import type { RefusalCode } from "../model/refusal.ts";

/** Every code of what goes wrong before the API has answered, with its meaning and cure. */
export const CLIENT_ERRORS = {
  "not-running": {
    meaning: "Nothing listens at the API's address.",
    cure: "Start it: neuraxis up.",
  },
  "connection-lost": {
    meaning: "The connection to the API could not be made, or broke off.",
    cure: "See whether it runs, and repeat.",
  },
  "no-answer": {
    meaning: "The API did not answer in time.",
    cure: "See its log, and repeat.",
  },
  "not-understood": {
    meaning: "What answers is not this API, or one of another version.",
    cure: "See what listens at the address, and of which version it is.",
  },
} as const;

export type ClientErrorCode = ApiErrorCode | keyof typeof CLIENT_ERRORS;

/** Why the API did not do what it was asked, in its own words where it has answered. */
export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: ClientErrorCode;
  readonly cure: string;
  /** With `refused-object`: the scheduler's code. */
  readonly refusal: RefusalCode | undefined;
  /** With `invalid-manifest`: all of them. */
  readonly faults: readonly ManifestFault[];

  constructor(
    {
      code,
      message,
      cure,
      refusal,
      faults = [],
    }: Omit<ApiErrorBody["error"], "code"> & {
      readonly code: ClientErrorCode;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.code = code;
    this.cure = cure;
    this.refusal = refusal;
    this.faults = faults;
  }
}

/** An error of the client's own. */
export function clientError(
  code: keyof typeof CLIENT_ERRORS,
  message: string,
  cause?: unknown,
): ClientError {
  return new ClientError({ code, message, cure: CLIENT_ERRORS[code].cure }, { cause });
}

/** The error that an answer's body tells; `undefined` if it is no error of this API. */
export function readError(body: string): ClientError | undefined {
  try {
    const { error } = JSON.parse(body) as ApiErrorBody;
    return Object.hasOwn(API_ERRORS, error.code) ? new ClientError(error) : undefined;
  } catch {
    return undefined;
  }
}
