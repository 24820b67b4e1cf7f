/** A service that can be asked. */
export interface Served {
  readonly endpoint: string;
  /** Absent: it is asked for its root. */
  readonly task?: string;
  readonly model: string;
}

/** Paths and bodies of OpenAI's API by what a service does; the model comes on top. */
const REQUESTS: Readonly<Record<string, readonly [path: string, body: object]>> = {
  chat: ["/v1/chat/completions", { messages: [{ role: "user", content: "Hello" }] }],
  completion: ["/v1/completions", { prompt: "Once upon a time", max_tokens: 64 }],
  embedding: ["/v1/embeddings", { input: "Hello" }],
  moderation: ["/v1/moderations", { input: "Hello" }],
};

/** A line for a shell that asks the service something. */
export function curlLine({ endpoint, task, model }: Served): string {
  const base = endpoint.replace(/\/+$/, "");
  const [path, body] = REQUESTS[task ?? ""] ?? [];
  if (path === undefined) return `curl ${quote(`${base}/`)}`;
  const json = JSON.stringify({ model, ...body });
  return `curl ${quote(`${base}${path}`)} -H 'Content-Type: application/json' -d ${quote(json)}`;
}

/** A word of a POSIX shell. */
function quote(text: string): string {
  return /^[-\w:/.]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
