/** Such as `1 node`, `3 nodes`, `0.5 devices`. */
export function counted(count: number | string, noun: string): string {
  return `${count} ${noun}${String(count) === "1" ? "" : "s"}`;
}
