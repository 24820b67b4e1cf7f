/** Each is read by the library that it names; OMP_NUM_THREADS also by PyTorch and XGBoost. */
const THREAD_VARIABLES = [
  "OMP_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "MKL_NUM_THREADS",
  "BLIS_NUM_THREADS",
  "NUMEXPR_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
  "RAYON_NUM_THREADS",
  "JULIA_NUM_THREADS",
  "GOMAXPROCS",
] as const;

/**
 * Variables that keep the thread pools of numeric libraries and language runtimes at a granted share.
 * Left to themselves they start a thread for each core of the machine. Then threads that the share
 * has no core for spin at barriers while those that they wait for do not run.
 * @param cpuMilli thousandths of a core; a part of a core counts as none, but at least one thread.
 */
export function threadVariables(cpuMilli: number): Readonly<Record<string, string>> {
  const threads = String(Math.max(1, Math.floor(cpuMilli / 1000)));
  return Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads]));
}
