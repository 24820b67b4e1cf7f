import assert from "node:assert/strict";
import { existsSync, readdirSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import {
  NODES_HEADER,
  PODS_HEADER,
  SMALL_NODES,
  SMALL_PODS,
  toCsv,
  writeSmallTrace,
} from "./support/small-trace.ts";
import { TempFolder } from "./support/temp-folder.ts";

const folder = new TempFolder();
const fill = writeSmallTrace(folder);
const [, , , NODES_FILE, , PODS_FILE] = fill;
const REPORT = folder.resolve("report");

/** Runs on the small trace but for these options, and asserts that nothing came of it. */
async function refuse(options: Readonly<Record<string, string>>): Promise<string> {
  const given = { nodes: NODES_FILE, pods: PODS_FILE, seeds: "42", report: REPORT, ...options };
  const words = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
  const { code, stdout, stderr } = await runNeuraxis(["simulate", "fill", ...words]);
  assert.match(stderr, /^error: [^\n]+\n$/, "one message of one line");
  assert.deepEqual([code, stdout], [2, ""], stderr);
  assert.ok(!existsSync(REPORT), "no report folder");
  return stderr;
}

interface BadFile {
  readonly what: string;
  readonly content: string | Uint8Array;
  /** Where it is wrong, after the file's name. */
  readonly place: string;
  readonly problem: RegExp;
  readonly cure: RegExp;
}

const [node] = SMALL_NODES;
const COUNT = /Correct the value; quantities are whole numbers from 0\./;
const SEPARATORS = /Check the row's separators and quotes/;
const ROWS = /Give a CSV file with a header line and at least one row\./;

const badNodes: readonly BadFile[] = [
  ...(
    [
      ["a number that is a word", "b,many,1,1,T4", "cpu_milli", /"many" is not a whole number/],
      ["a negative number", "b,1,-1,1,T4", "memory_mib", /"-1" is not a whole number/],
      ["a fraction", "b,1,1,0.5,T4", "gpu", /"0\.5" is not a whole number/],
      ["too large a number", "b,99999999999,1,1,T4", "cpu_milli", /is more than 2147483647/],
      ["more devices than any node has", "b,1,1,1025,T4", "gpu", /1025 is more than 1024/],
      ["a name left out", ",1,1,1,T4", "sn", /is empty/],
      ["a kind left out", "b,1,1,1,", "model", /is empty/],
    ] as const
  ).map(([what, row, column, problem]) => ({
    what,
    content: toCsv(NODES_HEADER, [node, row]),
    place: `, line 3, column ${column}`,
    problem,
    cure: COUNT,
  })),
  {
    what: "a node twice",
    content: toCsv(NODES_HEADER, [...SMALL_NODES, node]),
    place: ", line 52, column sn",
    problem: /node node-0 stands twice/,
    cure: /Give each node one row\./,
  },
  {
    what: "a column missing",
    content: "sn,cpu_milli,memory_mib,gpu\na,1,1,1\n",
    place: ", line 1, column model",
    problem: /is missing; the header has sn, cpu_milli, memory_mib, gpu/,
    cure: /Add the column/,
  },
  {
    what: "a column twice",
    content: `${NODES_HEADER},gpu\na,1,1,1,T4,1\n`,
    place: ", line 1, column gpu",
    problem: /stands twice/,
    cure: /Remove or rename one of them\./,
  },
  {
    what: "a field too few",
    content: toCsv(NODES_HEADER, [node, "b,1,1,1"]),
    place: ", line 3",
    problem: /has 4 fields; the header has 5/,
    cure: SEPARATORS,
  },
  {
    what: "a field too many",
    content: toCsv(NODES_HEADER, [node, "b,1,1,1,T4,"]),
    place: ", line 3",
    problem: /has 6 fields; the header has 5/,
    cure: SEPARATORS,
  },
  {
    what: "a quote that is not closed",
    content: toCsv(NODES_HEADER, [node, '"b,1,1,1,T4', ...SMALL_NODES]),
    place: ", line 3",
    problem: /a quote is opened and never closed/,
    cure: SEPARATORS,
  },
  { what: "nothing", content: "", place: "", problem: /has no rows/, cure: ROWS },
  {
    what: "a header and no rows",
    content: `${NODES_HEADER}\n`,
    place: "",
    problem: /has no rows/,
    cure: ROWS,
  },
  {
    what: "bytes that are no text",
    content: Uint8Array.from({ length: 100_000 }, (_, index) => 128 + ((index * 7919) % 127)),
    place: ", line 1",
    problem: /has more than 65536 bytes/,
    cure: SEPARATORS,
  },
  {
    what: "nodes without a GPU",
    content: toCsv(NODES_HEADER, ["a,1000,1000,0,"]),
    place: "",
    problem: /no node has a GPU/,
    cure: /Give at least one node with a GPU/,
  },
];

const badPods: readonly BadFile[] = [
  ...(
    [
      ["devices without milli", "p,1,1,1,0,", "gpu_milli", /0 contradicts num_gpu 1/],
      ["milli without devices", "p,1,1,0,500,", "num_gpu", /0 contradicts gpu_milli 500/],
      ["more milli than a device has", "p,1,1,1,1001,", "gpu_milli", /1001 is more than 1000/],
      ["an empty kind", "p,1,1,1,500,T4||P100", "gpu_spec", /names an empty kind/],
    ] as const
  ).map(([what, row, column, problem]) => ({
    what,
    content: toCsv(PODS_HEADER, [row]),
    place: `, line 2, column ${column}`,
    problem,
    cure: COUNT,
  })),
  {
    what: "an error in the last of many rows",
    content: toCsv(PODS_HEADER, [...Array(20).fill(SMALL_PODS).flat(), "p,1,1,1,x,"]),
    place: ", line 6002, column gpu_milli",
    problem: /"x" is not a whole number from 0 to 1000/,
    cure: COUNT,
  },
  {
    what: "pods that ask for no GPU",
    content: toCsv(PODS_HEADER, ["p,1,1,0,0,"]),
    place: "",
    problem: /no pod asks for a GPU/,
    cure: /one pod that asks for one/,
  },
];

for (const [option, files] of [
  ["nodes", badNodes],
  ["pods", badPods],
] as const) {
  for (const { what, content, place, problem, cure } of files) {
    test(`--${option} with ${what}`, async () => {
      const file = folder.write("bad.csv", content);
      const message = await refuse({ [option]: file });
      assert.ok(message.startsWith(`error: ${file}${place}`), message);
      assert.match(message, problem);
      assert.match(message, cure);
    });
  }
}

test("a file that is missing, or a folder", async () => {
  for (const option of ["nodes", "pods", "orders"]) {
    for (const file of [folder.resolve("missing"), folder.path]) {
      const message = await refuse({ [option]: file });
      assert.ok(message.startsWith(`error: ${file}: `), message);
      assert.match(message, /Check that the path exists and that you may read it\./);
    }
  }
});

test("a line of two gigabytes is refused at once, whichever file it is", async () => {
  const file = folder.write("huge", "");
  truncateSync(file, 2 ** 31);
  for (const option of ["nodes", "pods"]) {
    const message = await refuse({ [option]: file });
    assert.match(message, /huge, line 1: the record has more than 65536 bytes/);
  }
  assert.match(await refuse({ orders: file }), /huge: has more than 268435456 bytes/);
});

const arrivals = [...SMALL_PODS.keys(), ...SMALL_PODS.keys()];
const nodeOrder = [...SMALL_NODES.keys()];
const badOrders: readonly [what: string, content: unknown, says: RegExp][] = [
  ["no JSON", "{42:", /JSON.*Write \{"42"/],
  ["a list", [], /is not a JSON object/],
  [
    "a pod beyond the file",
    { 42: { arrivals: [300], nodeOrder } },
    /row 300 of 300 does not exist/,
  ],
  [
    "a node twice",
    { 42: { arrivals, nodeOrder: [0, ...nodeOrder.slice(1, -1), 0] } },
    /permutation/,
  ],
  ["too few nodes", { 42: { arrivals, nodeOrder: [0] } }, /no permutation of the 50 nodes/],
  ["another seed", { 43: { arrivals, nodeOrder } }, /no seed 42.* Did you mean "43"\? It has 43\./],
  ["an early end", { 42: { arrivals: [0, 1], nodeOrder } }, /end at 1 % .* --load asks for 130 %/],
];
for (const [what, content, says] of badOrders) {
  test(`--orders with ${what}`, async () => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    const file = folder.write("orders.json", text);
    const message = await refuse({ orders: file });
    assert.ok(message.startsWith(`error: ${file}`), message);
    assert.match(message, says);
  });
}

test("--load, --seeds and --policy that mean nothing", async () => {
  for (const load of ["0", "-1", "x", "11", "1.234", ""]) {
    assert.match(await refuse({ load }), /--load: ".*" is not 0\.01 to 10 in hundredths/);
  }
  for (const seeds of ["", "x", "3-1", "1.5", "1,1", "1-99999"]) {
    assert.match(await refuse({ seeds }), /^error: --seeds: /);
  }
  assert.match(await refuse({ policy: "fdg" }), /unknown policy "fdg"\. Did you mean "fgd"\?/);
});

test("a report folder that cannot be written is refused before anything else is read", async () => {
  const nodes = folder.resolve("missing.csv");
  for (const report of [NODES_FILE, `${NODES_FILE}/report`, ""]) {
    assert.match(await refuse({ report, nodes }), /^error: --report: /);
  }
});

test("line ends of Windows, a byte order mark and quoted fields are no errors", async () => {
  const quote = (row: string) =>
    row
      .split(",")
      .map((field) => `"${field}"`)
      .join(" , ");
  const nodes = [NODES_HEADER, ...SMALL_NODES].map(quote).join("\r\n");
  const pods = [PODS_HEADER, ...SMALL_PODS].map(quote).join("\r\n");
  const nodesFile = folder.write("windows-nodes.csv", `\uFEFF${nodes}`);
  const podsFile = folder.write("windows-pods.csv", `\uFEFF${pods}\r\n`);
  const files = ["--nodes", nodesFile, "--pods", podsFile];
  const options = ["--seeds", "42", "--policy", "fgd", "--json"];
  const [windows, plain] = await Promise.all([
    runNeuraxis(["simulate", "fill", ...files, ...options]),
    runNeuraxis([...fill, ...options]),
  ]);
  assert.deepEqual([windows.code, windows.stderr], [0, ""]);
  const hashOf = (text: string) => /"hash": "(.*)"/.exec(text)?.[1];
  assert.equal(hashOf(windows.stdout), hashOf(plain.stdout));
});

test("nothing was left in the folder of the inputs", () => {
  const names = readdirSync(folder.path).filter((name) => !/\.(csv|json)$/.test(name));
  assert.deepEqual(names, ["huge"]);
});
