const SECOND_MS = 1000;

/**
 * A time as kubectl shows ages: the coarser, the longer it is (k8s.io/apimachinery, duration.go,
 * HumanDuration). Negative ones, of clocks that differ, are 0.
 */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return inTwo(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return inTwo(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return inTwo(days, "d", hours % 24, "h");
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? inTwo(years, "y", days % 365, "d") : `${years}y`;
}

/** How long ago an instant of ISO 8601 was. */
export function ageOf(instant: string, nowMs: number): string {
  return formatAge(nowMs - Date.parse(instant));
}

function inTwo(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return `${large}${largeUnit}${small === 0 ? "" : `${small}${smallUnit}`}`;
}
