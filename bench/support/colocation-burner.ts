/** Offline work of bench/colocation.ts: multiplies vectors for ever, in 256 KiB, in one thread. */
const values = Float64Array.from({ length: 32_768 }, (_, place) => place % 97);

for (;;) {
  for (let place = 0; place < values.length; place += 1) {
    values[place] = (values[place] * 1.000_1 + 3) % 1_000_003;
  }
}
