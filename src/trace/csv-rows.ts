import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { InputError, type InputPlace } from "./input-error.ts";

/** Longest record in bytes; longer means that this is no CSV file. */
const RECORD_BYTES_MAX = 64 * 1024;

export interface CsvSchema {
  readonly required: readonly string[];
  /** Read if there. */
  readonly optional: readonly string[];
}

/** Tells that the file has columns which nobody reads. */
export type OnIgnoredColumns = (file: string, columns: readonly string[]) => void;

/** One record: fields by column, with errors that say where they stand. */
export class CsvRow {
  readonly #file: string;
  readonly #columns: ReadonlyMap<string, number>;
  readonly #line: number;
  readonly #fields: readonly string[];

  constructor(
    file: string,
    columns: ReadonlyMap<string, number>,
    record: { readonly line: number; readonly fields: readonly string[] },
  ) {
    this.#file = file;
    this.#columns = columns;
    this.#line = record.line;
    this.#fields = record.fields;
  }

  /** The field, or "" if the file does not have this optional column. */
  text(column: string): string {
    const index = this.#columns.get(column);
    return index === undefined ? "" : (this.#fields[index] ?? "");
  }

  /** @throws InputError if the field is empty. */
  name(column: string): string {
    const value = this.text(column);
    if (value === "") throw this.invalid(column, "is empty");
    return value;
  }

  /** @throws InputError unless the field is a whole number from 0 to `max`. */
  integer(column: string, max: number): number {
    const value = this.text(column);
    if (!/^\d{1,15}$/.test(value)) {
      throw this.invalid(column, `"${clip(value)}" is not a whole number from 0 to ${max}`);
    }
    const number = Number(value);
    if (number > max) throw this.invalid(column, `${number} is more than ${max}`);
    return number;
  }

  invalid(column: string, problem: string): InputError {
    return new InputError("invalid-value", this.place(column), problem);
  }

  place(column: string): InputPlace {
    return { file: this.#file, line: this.#line, column };
  }
}

/**
 * Streams the records of a CSV file with a header line (RFC 4180, optional byte order mark); memory
 * does not grow with the file.
 *
 * @throws InputError on an unreadable, empty or malformed file and on a wrong header.
 */
export async function* readCsvRows(
  file: string,
  schema: CsvSchema,
  onIgnoredColumns: OnIgnoredColumns,
): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: RECORD_BYTES_MAX,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  const stream = createReadStream(file);
  stream.on("error", (error) => parser.destroy(error));
  stream.pipe(parser);
  let columns: ReadonlyMap<string, number> | undefined;
  let rows = 0;
  try {
    for await (const entry of parser as AsyncIterable<Entry>) {
      const { record, info } = entry;
      if (columns === undefined) {
        columns = readHeader(file, record, schema, onIgnoredColumns);
        continue;
      }
      if (record.length !== columns.size) {
        const problem = `has ${record.length} fields; the header has ${columns.size}`;
        throw new InputError("malformed-row", { file, line: info.lines }, problem);
      }
      rows += 1;
      yield new CsvRow(file, columns, { line: info.lines, fields: record });
    }
  } catch (error) {
    throw toInputError(error, file);
  } finally {
    stream.destroy();
  }
  if (rows === 0) throw new InputError("empty-file", { file }, "has no rows");
}

interface Entry {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

function readHeader(
  file: string,
  names: readonly string[],
  schema: CsvSchema,
  onIgnoredColumns: OnIgnoredColumns,
): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (columns.has(name)) {
      throw new InputError("duplicate-column", { file, line: 1, column: name }, "stands twice");
    }
    columns.set(name, index);
  }
  for (const name of schema.required) {
    if (!columns.has(name)) {
      const problem = `is missing; the header has ${clip(names.join(", "))}`;
      throw new InputError("missing-column", { file, line: 1, column: name }, problem);
    }
  }
  const known = new Set([...schema.required, ...schema.optional]);
  const ignored = names.filter((name) => !known.has(name));
  if (ignored.length > 0) onIgnoredColumns(file, ignored);
  return columns;
}

function toInputError(error: unknown, file: string): unknown {
  if (error instanceof CsvError) {
    const line = typeof error["lines"] === "number" ? error["lines"] : 1;
    return new InputError("malformed-row", { file, line }, clip(error.message));
  }
  if (error instanceof Error && "syscall" in error) {
    return new InputError("cannot-read", { file }, error.message);
  }
  return error;
}

/** Enough of a text for a message. */
function clip(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 160)}…`;
}
