import type { Client } from "../../src/client/client.ts";

/**
 * What member 0 of a job has told, a line of JSON a step; comes back as soon as it has told of the
 * step, or when the job has ended.
 */
export async function courseOf<Line extends { readonly step: number }>(
  client: Client,
  job: string,
  upTo = Number.POSITIVE_INFINITY,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  let rest = "";
  const log = client.log({ kind: "BatchJob", name: job, stream: "stdout", follow: true });
  for await (const piece of log) {
    const parts = (rest + Buffer.from(piece).toString("utf8")).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts.map((line) => JSON.parse(line) as Line));
    if ((lines.at(-1)?.step ?? -1) >= upTo) break;
  }
  return lines;
}
