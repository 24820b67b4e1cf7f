import { z } from "zod";

/** A value of the shape, nothing of which is to be changed. */
export type Shaped<Shape extends z.ZodType> = Frozen<z.output<Shape>>;

/** Of lists and of plain values the same. */
type Frozen<Value> = { readonly [Key in keyof Value]: Frozen<Value[Key]> };

/** One of the keys of a table, such as the codes of errors. */
export function keyOf<Key extends string>(table: Readonly<Record<Key, unknown>>) {
  return z.enum(Object.keys(table) as Key[]);
}

/** ISO 8601 in UTC. */
export const instant = z.iso.datetime();

/** A number of things, from 0. */
export const count = z.int().min(0);
