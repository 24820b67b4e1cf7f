/** Requests in order of arrival, of whatever service. */
export interface RequestTimes {
  readonly arrivalMs: Float64Array;
  readonly serveMs: Float64Array;
}

/**
 * `copies` of the requests laid over each other: copy `i` is turned round by `i / copies` of the
 * span, what passes its end coming in at its start. So the rate is `copies` times as high, and
 * bursts do not fall together. The span is the last arrival and one mean gap more. O(n log n).
 */
export function superpose({ arrivalMs, serveMs }: RequestTimes, copies: number): RequestTimes {
  const { length } = arrivalMs;
  if (copies === 1 || length === 0) return { arrivalMs, serveMs };
  const spanMs = (arrivalMs[length - 1] * length) / Math.max(length - 1, 1);
  const turned = Float64Array.from({ length: length * copies }, (_, index) => {
    const shiftMs = (Math.floor(index / length) * spanMs) / copies;
    return Math.floor((arrivalMs[index % length] + shiftMs) % Math.max(spanMs, 1));
  });
  const order = Uint32Array.from(turned, (_, index) => index).sort(
    (left, right) => turned[left] - turned[right] || left - right,
  );
  return {
    arrivalMs: Float64Array.from(order, (index) => turned[index]),
    serveMs: Float64Array.from(order, (index) => serveMs[index % length]),
  };
}
