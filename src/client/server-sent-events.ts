/** Longest event that is read, in UTF-16 units. */
const EVENT_LENGTH_MAX = 16 * 1024 * 1024;

/** One event of a stream; without data it is only a sign of life. */
export interface ServerSentEvent {
  /** Of this event, or of the last one before that had one; "" before the first. */
  readonly id: string;
  /** "" for a sign of life. */
  readonly data: string;
}

/**
 * Reads server-sent events (HTML Living Standard, 9.2) as our own server writes them: lines end with
 * a line feed. An event that breaks off is left out.
 * @throws RangeError for an event that is too long.
 */
export async function* readEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, void> {
  const decoder = new TextDecoder();
  let rest = "";
  let id = "";
  for await (const chunk of chunks) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    if (rest.length > EVENT_LENGTH_MAX) throw new RangeError("an event is too long");
    for (const block of blocks) {
      let data = "";
      for (const line of block.split("\n")) {
        const [, field, value] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
        if (field === "id") id = value;
        if (field === "data") data += data === "" ? value : `\n${value}`;
      }
      yield { id, data };
    }
  }
}
