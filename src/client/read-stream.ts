import { clientError } from "./client-error.ts";
import { type ApiAddress, open, type Request, toClientError } from "./connection.ts";

/**
 * The answer of a request, bit by bit. Whoever stops reading ends the request.
 * @param silenceMs so long nothing may come; absent: for ever.
 * @throws ClientError, also when the connection ends before the answer does.
 */
export async function* readStream(
  address: ApiAddress,
  request: Request,
  silenceMs?: number,
): AsyncGenerator<Uint8Array, void, void> {
  const ends = new AbortController();
  const { stop } = request;
  const signal = stop === undefined ? ends.signal : AbortSignal.any([stop, ends.signal]);
  const silence = silenceMs === undefined ? undefined : setTimeout(() => ends.abort(), silenceMs);
  try {
    const { body } = await open(address, { ...request, stop: signal });
    for await (const chunk of body ?? []) {
      silence?.refresh();
      yield chunk;
    }
  } catch (error) {
    if (!ends.signal.aborted) throw toClientError(address, error);
    throw clientError("no-answer", `${address.url} is silent`, error);
  } finally {
    clearTimeout(silence);
    ends.abort();
  }
}
