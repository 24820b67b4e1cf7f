import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { type CsvRow, type CsvSchema, readCsvRows } from "./csv-rows.ts";
import { InputError, type InputErrorCode, type InputPlace } from "./input-error.ts";

const folder = new TempFolder();
const SCHEMA: CsvSchema = { required: ["name", "size"], optional: ["note"] };

/** Fields of each row, `name size note`, and the columns that nobody reads. */
async function read(content: string | Uint8Array, schema = SCHEMA) {
  const file = folder.write("rows.csv", content);
  const ignored: string[] = [];
  const rows: string[] = [];
  for await (const row of readCsvRows(file, schema, (_, columns) => ignored.push(...columns))) {
    rows.push(["name", "size", "note"].map((column) => row.text(column)).join(" "));
  }
  return { rows, ignored };
}

/** What `read` refuses the content with. */
async function refusal(content: string | Uint8Array): Promise<InputError> {
  try {
    await read(content);
  } catch (error) {
    assert.ok(error instanceof InputError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}

async function assertRefusal(
  content: string | Uint8Array,
  code: InputErrorCode,
  place: Partial<InputPlace>,
): Promise<void> {
  const error = await refusal(content);
  const expected = { file: folder.resolve("rows.csv"), ...place };
  assert.deepEqual([error.code, error.place], [code, expected], error.message);
}

test("fields are read by the header's names, in any order", async () => {
  assert.deepEqual(await read("size,name\n1,a\n2,b\n"), { rows: ["a 1 ", "b 2 "], ignored: [] });
});

test("an optional column is read if there, and columns that nobody reads are told once", async () => {
  const { rows, ignored } = await read("name,size,note,colour,shape\na,1,n,red,square\n");
  assert.deepEqual(rows, ["a 1 n"]);
  assert.deepEqual(ignored, ["colour", "shape"]);
});

test("line ends of every system, mixed, and none at the end", async () => {
  for (const text of [
    "name,size\r\na,1\r\nb,2\r\n",
    "name,size\ra,1\rb,2",
    "name,size\na,1\r\nb,2",
    "name,size\r\na,1\nb,2\n",
  ]) {
    assert.deepEqual((await read(text)).rows, ["a 1 ", "b 2 "], JSON.stringify(text));
  }
});

test("a byte order mark, quotes, blanks around fields and empty lines", async () => {
  const text = '\uFEFF"name",size\n\n "a, ""b""\nc" , 1 \n\n\nd,2\n\n';
  assert.deepEqual((await read(text)).rows, ['a, "b"\nc 1 ', "d 2 "]);
});

test("an error names the line of the file, past empty lines and lines within quotes", async () => {
  const file = folder.write("lines.csv", '\nname,size\r\n\r\n"a\nb",1\r\nc,x\r\n');
  const problems: string[] = [];
  for await (const row of readCsvRows(file, SCHEMA, () => {})) {
    if (row.text("name") === "c") problems.push(row.invalid("size", "is wrong").message);
  }
  const cure = "Correct the value; quantities are whole numbers from 0.";
  assert.deepEqual(problems, [`${file}, line 6, column size: is wrong. ${cure}`]);
});

test("a header without a required column, or with one twice", async () => {
  await assertRefusal("name\na\n", "missing-column", { line: 1, column: "size" });
  await assertRefusal("\n\nname\na\n", "missing-column", { line: 3, column: "size" });
  await assertRefusal("name,size,name\na,1,b\n", "duplicate-column", { line: 1, column: "name" });
  await assertRefusal("name;size\na;1\n", "missing-column", { line: 1, column: "name" });
});

test("an empty file, and a header alone", async () => {
  for (const text of ["", "\n\n", "\uFEFF", "name,size", "name,size\n\n"]) {
    await assertRefusal(text, "empty-file", {});
  }
});

test("a row of too few or too many fields", async () => {
  await assertRefusal("name,size\na,1\nb\n", "malformed-row", { line: 3 });
  await assertRefusal("name,size\na,1\nb,2,3\n", "malformed-row", { line: 3 });
  assert.match((await refusal("name,size\nb\n")).message, /has 1 fields; the header has 2/);
});

test("a quote that is never closed is reported where its record starts", async () => {
  const rows = Array.from({ length: 100 }, (_, index) => `r${index},${index}\n`).join("");
  await assertRefusal(`name,size\na,1\nb,"2\n${rows}`, "malformed-row", { line: 3 });
  await assertRefusal('name,size\na,"1" 2\n', "malformed-row", { line: 2 });
  await assertRefusal('name,size\na,1\n\nb,2"3\n', "malformed-row", { line: 4 });
});

test("a record beyond 64 KiB is refused, with or without a line end to come", async () => {
  const long = "x".repeat(70_000);
  await assertRefusal(long, "malformed-row", { line: 1 });
  await assertRefusal(`name,size\na,${long}\n`, "malformed-row", { line: 2 });
  await assertRefusal(`name,size\na,1\nb,"${"x\n".repeat(35_000)}`, "malformed-row", { line: 3 });
  await assertRefusal(new Uint8Array(100_000), "malformed-row", { line: 1 });
});

test("a broken file's control characters do not reach the message", async () => {
  const { message } = await refusal("na\u001B[2Jme,size\u0007\u202E\na,1\n");
  assert.doesNotMatch(message, /[\p{Cc}\p{Cf}]/u);
  assert.match(message, /na\\u\{1b\}\[2Jme/);
});

test("a file that is missing, or a folder", async () => {
  for (const file of [folder.resolve("missing.csv"), folder.path]) {
    const rows = readCsvRows(file, SCHEMA, () => {});
    await assert.rejects(rows.next(), { name: "InputError", code: "cannot-read", place: { file } });
  }
});

test("whole numbers within the limit are read, and nothing else", async () => {
  const file = folder.write("numbers.csv", "name,size\na,0\nb,007\nc,1024\n");
  const sizes: number[] = [];
  for await (const row of readCsvRows(file, SCHEMA, () => {}))
    sizes.push(row.integer("size", 1024));
  assert.deepEqual(sizes, [0, 7, 1024]);
  const words = ["", "-1", "+1", "1.5", "1e3", "0x10", "1 000", "NaN", "1025", "9".repeat(400)];
  for (const word of words) {
    const broken = folder.write("number.csv", `name,size\na,${word}\n`);
    const { value } = await readCsvRows(broken, SCHEMA, () => {}).next();
    const place = { file: broken, line: 2, column: "size" };
    assert.throws(
      () => (value as CsvRow).integer("size", 1024),
      { code: "invalid-value", place },
      word,
    );
  }
});

test("reading can stop early, and the file is let go", async () => {
  const file = folder.write("long.csv", `name,size\n${"a,1\n".repeat(100_000)}`);
  let rows = 0;
  for await (const row of readCsvRows(file, SCHEMA, () => {})) {
    rows += row.integer("size", 1);
    if (rows === 3) break;
  }
  assert.equal(rows, 3);
});
