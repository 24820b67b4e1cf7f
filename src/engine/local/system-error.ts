/**
 * Whether the system said no, such as for a full disk or for a file in the place of a folder: that
 * concerns whoever asked, and is no bug. Unlike Node's own complaints it names the call.
 */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === "string";
}
