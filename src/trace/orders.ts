import { readFile, stat } from "node:fs/promises";
import { InputError } from "./input-error.ts";

/** Largest orders file; one string of the JavaScript engine holds 512 MiB. */
const ORDERS_BYTES_MAX = 256 * 1024 * 1024;

/** The exact course of one run. */
export interface Order {
  /** Row indices of the pods file in order of arrival; a repeated index is a clone. */
  readonly arrivals: Int32Array;
  /** Row indices of the nodes file; earlier ones win ties. A permutation. */
  readonly nodeOrder: Int32Array;
}

/**
 * Reads `{"<seed>": {"arrivals": […], "nodeOrder": […]}, …}` and checks it against the numbers of
 * rows of the files that it refers to.
 *
 * @throws InputError if the file is no such object, or belongs to other files.
 */
export async function readOrders(
  file: string,
  rows: { readonly pods: number; readonly nodes: number },
): Promise<Map<number, Order>> {
  const content = parseJson(file, await readText(file));
  if (!isRecord(content)) throw invalid(file, "is not a JSON object");
  const orders = new Map<number, Order>();
  for (const [seed, value] of Object.entries(content)) {
    if (!/^(0|[1-9]\d{0,8})$/.test(seed))
      throw invalid(file, `"${seed}" is not a seed (a whole number)`);
    if (!isRecord(value)) throw invalid(file, `seed ${seed} is not an object`);
    const arrivals = indices(file, `arrivals of seed ${seed}`, value["arrivals"], rows.pods);
    const nodeOrder = indices(file, `nodeOrder of seed ${seed}`, value["nodeOrder"], rows.nodes);
    if (nodeOrder.length !== rows.nodes || new Set(nodeOrder).size !== rows.nodes) {
      const problem = `nodeOrder of seed ${seed} is no permutation of the ${rows.nodes} nodes`;
      throw new InputError("orders-mismatch", { file }, problem);
    }
    orders.set(Number(seed), { arrivals, nodeOrder });
  }
  if (orders.size === 0) throw invalid(file, "has no seed");
  return orders;
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > ORDERS_BYTES_MAX) {
      throw new InputError("too-large", { file }, `has more than ${ORDERS_BYTES_MAX} bytes`);
    }
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof InputError || !(error instanceof Error)) throw error;
    throw new InputError("cannot-read", { file }, error.message);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw invalid(file, error instanceof Error ? error.message : "is not JSON");
  }
}

function indices(file: string, what: string, value: unknown, rows: number): Int32Array {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalid(file, `${what} is not a list of row indices`);
  }
  for (const [place, index] of (value as unknown[]).entries()) {
    if (!Number.isInteger(index)) {
      throw invalid(file, `${what}, entry ${place}: ${JSON.stringify(index)} is no row index`);
    }
    if ((index as number) < 0 || (index as number) >= rows) {
      const problem = `${what}, entry ${place}: row ${String(index)} of ${rows} does not exist`;
      throw new InputError("orders-mismatch", { file }, problem);
    }
  }
  return Int32Array.from(value as number[]);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(file: string, problem: string): InputError {
  return new InputError("invalid-orders", { file }, problem);
}
