import { mkdtempSync, rmSync } from "node:fs";
import { startUp } from "./up/control-plane.ts";
import { Home } from "./up/home.ts";
const folder = process.argv[2]!;
const home = new Home(folder);
const up = await startUp({ home, api: { host: "127.0.0.1", port: 0 }, door: { host: "127.0.0.1", port: 0 }, version: "x", environment: process.env, report: console.log });
console.log("up", performance.now());
const token = home.token();
const call = async (method: string, p: string, body?: string) => {
  const r = await fetch(up.url + p, { method, headers: { authorization: `Bearer ${token}`, "content-type": "application/yaml" }, ...(body ? { body } : {}) });
  return [r.status, await r.text()] as const;
};
const job = (n: string, s: string) => `apiVersion: neuraxis.dev/v1alpha1\nkind: BatchJob\nmetadata: {name: ${n}}\nspec:\n  command: [sleep, "${s}"]\n  resources: {cpu: 100m, memory: 16Mi}\n`;
console.log((await call("GET", "/openapi.json"))[1].match(/"\/[^"]*"/g)?.slice(0, 20).join(" "));
const N = Number(process.argv[3]);
const t = performance.now();
const answers: any[] = []; let nxt = 0;
await Promise.all(Array.from({ length: 25 }, async () => { while (nxt < N) { const i = nxt++; answers.push(await call("POST", "/v1alpha1/apply", job(`j${i}`, "0.2"))); } }));
console.log("applied", performance.now() - t, answers[0]);
for (let k = 0; k < 600; k++) {
  const [, text] = await call("GET", "/v1alpha1/batchjobs");
  let items: any[] = [];
  try { items = JSON.parse(text).items ?? JSON.parse(text).objects; } catch { console.log(text); break; }
  const done = items.filter((o: any) => o.status.phase === "Succeeded").length;
  if (done === N) { console.log("all done", performance.now() - t); break; }
  if (k % 40 === 0) console.log(k, done, JSON.stringify(items[0]?.status).slice(0, 300));
  await new Promise((r) => setTimeout(r, 50));
}
up.stop("end");
await up.done;
console.log("ended");
