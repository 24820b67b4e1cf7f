/** `array`, or a copy at least twice as long, so that `length` elements fit. New cells are `fill`. */
export function grown(
  array: Int32Array<ArrayBuffer>,
  length: number,
  fill = 0,
): Int32Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const copy = new Int32Array(Math.max(length, array.length * 2));
  copy.set(array);
  if (fill !== 0) copy.fill(fill, array.length);
  return copy;
}

/** As `grown`, for 64-bit floats. */
export function grownFloats(
  array: Float64Array<ArrayBuffer>,
  length: number,
  fill = 0,
): Float64Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const copy = new Float64Array(Math.max(length, array.length * 2));
  copy.set(array);
  if (fill !== 0) copy.fill(fill, array.length);
  return copy;
}
