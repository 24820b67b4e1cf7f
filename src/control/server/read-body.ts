import type { IncomingMessage } from "node:http";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { ApiFailure } from "../control-plane.ts";
import { failure } from "../failures.ts";

/** Reads the body as UTF-8, at most so many bytes of it. @throws Error if the connection ends. */
export async function readBody(
  request: IncomingMessage,
  bytesMax: number,
): Promise<Result<string, ApiFailure>> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    return fail(failure("invalid-request", `Content-Encoding ${encoding} is not read`));
  }
  const tooLarge = fail(failure("body-too-large", `the body may have ${bytesMax} bytes at most`));
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) return tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is left unread of a refused body is thrown away by the server when the answer is sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesMax) return tooLarge;
    chunks.push(chunk as Buffer);
  }
  try {
    return succeed(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    return fail(failure("invalid-request", "the body is no UTF-8"));
  }
}
