/** Milli-CPU of the largest node of the published cluster: its baselines normalise by it. */
export const CPU_SCALE = 128_000;
/** GPU milli of the largest node of the published cluster. */
export const GPU_SCALE = 8000;
