import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import { InputError, type InputPlace } from "./input-error.ts";

/** Longest record in bytes; longer means that this is no CSV file. */
const RECORD_BYTES_MAX = 64 * 1024;

/** Date, time and fraction of a second. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$/;

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

  constructor(file: string, columns: ReadonlyMap<string, number>, record: CsvRecord) {
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

  /** @throws InputError unless the field is a decimal number from 0 to `max`. */
  decimal(column: string, max: number): number {
    const value = this.text(column);
    if (!/^\d+(?:\.\d+)?$/.test(value) || Number(value) > max) {
      throw this.invalid(column, `"${clip(value)}" is not a number from 0 to ${max}`);
    }
    return Number(value);
  }

  /**
   * Milliseconds since 1970 of a time such as `2024-11-15 16:57:50.25`, whatever its zone.
   *
   * @throws InputError unless the field is such a time.
   */
  timestampMs(column: string): number {
    const value = this.text(column);
    const [, date, time, fraction = "0"] = TIMESTAMP.exec(value) ?? [];
    const atMs = Date.parse(`${date}T${time}Z`);
    // A day that its month does not have is parsed as one of the next month.
    if (Number.isNaN(atMs) || !new Date(atMs).toISOString().startsWith(`${date}T${time}`)) {
      throw this.invalid(column, `"${clip(value)}" is not a time such as 2024-11-15 16:57:50`);
    }
    return atMs + Number(`0.${fraction}`) * 1000;
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
  let lineRead = 0;
  const parser = parse({
    bom: true,
    info: true,
    max_record_size: RECORD_BYTES_MAX,
    // A file put together from others may mix line ends.
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    on_record: (fields, { lines }) => {
      lineRead = lines;
      return fields;
    },
  });
  const stream = createReadStream(file);
  stream.on("error", (error) => parser.destroy(error));
  stream.pipe(parser);
  let columns: ReadonlyMap<string, number> | undefined;
  let rows = 0;
  try {
    for await (const { record: fields, info } of parser as AsyncIterable<Entry>) {
      const line = info.lines;
      if (columns === undefined) {
        columns = readHeader(file, { fields, line }, schema, onIgnoredColumns);
        continue;
      }
      if (fields.length !== columns.size) {
        const problem = `has ${fields.length} fields; the header has ${columns.size}`;
        throw new InputError("malformed-row", { file, line }, problem);
      }
      rows += 1;
      yield new CsvRow(file, columns, { fields, line });
    }
  } catch (error) {
    throw toInputError(error, file, lineRead + 1);
  } finally {
    stream.destroy();
  }
  if (rows === 0) throw new InputError("empty-file", { file }, "has no rows");
}

interface Entry {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

interface CsvRecord {
  readonly fields: readonly string[];
  /** On which the record ends, from 1. */
  readonly line: number;
}

function readHeader(
  file: string,
  { fields: names, line }: CsvRecord,
  schema: CsvSchema,
  onIgnoredColumns: OnIgnoredColumns,
): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    if (columns.has(name)) {
      throw new InputError("duplicate-column", { file, line, column: name }, "stands twice");
    }
    columns.set(name, index);
  }
  for (const name of schema.required) {
    if (!columns.has(name)) {
      const problem = `is missing; the header has ${clip(names.join(", "))}`;
      throw new InputError("missing-column", { file, line, column: name }, problem);
    }
  }
  const known = new Set([...schema.required, ...schema.optional]);
  const ignored = names.filter((name) => !known.has(name));
  if (ignored.length > 0) onIgnoredColumns(file, ignored);
  return columns;
}

/** The parser's own messages speak of its options; these speak of the file. */
const PARSER_PROBLEMS: Readonly<Record<string, string>> = {
  CSV_MAX_RECORD_SIZE: `the record has more than ${RECORD_BYTES_MAX} bytes`,
  CSV_QUOTE_NOT_CLOSED: "a quote is opened and never closed",
  CSV_INVALID_CLOSING_QUOTE: "text follows a closing quote",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "text follows a closing quote",
  INVALID_OPENING_QUOTE: "a quote stands inside a field that does not start with one",
};

/** `start` is the first line of the record that was being read: a quote may have swallowed others. */
function toInputError(error: unknown, file: string, start: number): unknown {
  if (error instanceof CsvError) {
    const problem = PARSER_PROBLEMS[error.code] ?? clip(error.message);
    const isAtQuote = error.code === "INVALID_OPENING_QUOTE" && typeof error["lines"] === "number";
    const line = isAtQuote ? (error["lines"] as number) : start;
    return new InputError("malformed-row", { file, line }, problem);
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
