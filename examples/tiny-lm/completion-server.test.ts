import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { CompletionServer } from "./completion-server.ts";
import type { TextModel } from "./generate.ts";
import { firstWeights } from "./model.ts";
import { Vocabulary } from "./vocabulary.ts";

const vocabulary = Vocabulary.of("abcdefgh \n");
const shape = { vocabulary: 11, width: 16, heads: 2, layers: 1, context: 12 };
const model: TextModel = { shape, weights: firstWeights(shape, 1), vocabulary };

async function open(waitingMax = 4) {
  const server = new CompletionServer({ waitingMax });
  server.http.listen(0, "127.0.0.1");
  await once(server.http, "listening");
  const address = `http://127.0.0.1:${(server.http.address() as AddressInfo).port}`;
  const ask = (body: object | string, signal?: AbortSignal) =>
    fetch(`${address}/v1/completions`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...(signal && { signal }),
    });
  after(() => server.http.closeAllConnections());
  after(() => server.http.close());
  return { server, address, ask };
}

interface Answer {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string | null }[];
  readonly usage?: Readonly<Record<string, number>>;
  readonly error?: { readonly type: string; readonly param: string | null; readonly code: string };
}

async function read(response: Response): Promise<Answer> {
  assert.equal(response.headers.get("content-type"), "application/json");
  return (await response.json()) as Answer;
}

const { server, address, ask } = await open();
const request = { model: "tiny-lm", prompt: "abc", max_tokens: 30, seed: 1 };

test("it is unhealthy and takes nothing until the model is there", async () => {
  assert.equal((await fetch(`${address}/healthz`)).status, 503);
  const refused = await ask(request);
  assert.equal(refused.status, 503);
  assert.equal((await read(refused)).error?.code, "not_ready");
  server.use(model);
  assert.equal((await fetch(`${address}/healthz`)).status, 200);
});

test("a completion has OpenAI's form, and the same seed gives the same text", async () => {
  const first = await read(await ask(request));
  const second = await read(await ask({ ...request, prompt: ["abc"], stop: null }));
  assert.deepEqual(second.choices, first.choices);
  assert.equal(first.choices[0].text.length, 30);
  assert.equal(first.choices[0].finish_reason, "length");
  assert.deepEqual(first.usage, { prompt_tokens: 3, completion_tokens: 30, total_tokens: 33 });
});

test("a stream has the same text in pieces, its counts if asked, and an end", async () => {
  const whole = await read(await ask(request));
  const stream = { stream: true, stream_options: { include_usage: true } };
  const response = await ask({ ...request, ...stream });
  assert.equal(response.headers.get("content-type"), "text/event-stream");
  const events = (await response.text()).split("\n\n").filter(Boolean);
  assert.equal(events.pop(), "data: [DONE]");
  const pieces = events.map((event) => JSON.parse(event.replace(/^data: /, "")) as Answer);
  assert.deepEqual(pieces.pop()?.usage, whole.usage);
  assert.equal(pieces.length, 30);
  assert.equal(pieces.map(({ choices }) => choices[0].text).join(""), whole.choices[0].text);
  assert.equal(pieces.at(-1)?.choices[0].finish_reason, "length");
});

test("a stop word ends the text", async () => {
  const { text } = (await read(await ask(request))).choices[0];
  const stopped = await read(await ask({ ...request, stop: text.slice(5, 7) }));
  assert.equal(stopped.choices[0].text, text.slice(0, text.indexOf(text.slice(5, 7))));
  assert.equal(stopped.choices[0].finish_reason, "stop");
});

test("what is wrong is told with its name", async () => {
  const wrong: readonly (readonly [object | string, number, string | null])[] = [
    ["{", 400, null],
    ["[]", 400, null],
    [{ max_tokens: 0 }, 400, "max_tokens"],
    [{ max_tokens: 1e6 }, 400, "max_tokens"],
    [{ temperature: -1 }, 400, "temperature"],
    [{ stop: [""] }, 400, "stop"],
    [{ prompt: [1, 2] }, 400, "prompt"],
    [{ n: 2 }, 400, "n"],
    [{ model: "gpt" }, 404, "model"],
    ["x".repeat(200_000), 413, null],
  ];
  for (const [body, status, param] of wrong) {
    const response = await ask(body);
    assert.equal(response.status, status, JSON.stringify(body).slice(0, 60));
    const { error } = await read(response);
    assert.equal(error?.type, "invalid_request_error");
    assert.equal(error.param, param);
  }
  assert.equal((await fetch(`${address}/v1/chat`)).status, 404);
});

test("beyond the queue's bound requests are refused; who leaves frees the place", async () => {
  const { server, ask } = await open(1);
  server.use(model);
  const streamed = { ...request, max_tokens: 2048, stream: true };
  const [first, second] = [new AbortController(), new AbortController()];
  const running = await ask(streamed, first.signal);
  const arrived = once(server.http, "request");
  const waiting = ask(streamed, second.signal);
  await arrived;
  // The server reads bodies in the order in which they came, so the third finds the queue full.
  const refused = await ask(request);
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal((await read(refused)).error?.type, "rate_limit_error");
  second.abort();
  await assert.rejects(waiting);
  first.abort();
  await assert.rejects(running.text());
  const next = await ask(request);
  assert.equal((await read(next)).choices[0].text.length, 30);
});

test("stopping finishes what was begun and takes no more", async () => {
  const { server, address, ask } = await open();
  server.use(model);
  const running = await ask({ ...request, max_tokens: 300, stream: true });
  const stopped = server.stop();
  await assert.rejects(fetch(`${address}/healthz`));
  assert.match(await running.text(), /"finish_reason":"length".*\n\ndata: \[DONE\]\n\n$/);
  await stopped;
});
