/** What the kernel takes as a name of a folder, in bytes. */
const NAME_BYTES_MAX = 255;

/** Keeps a workload's folder from having the name of a control file, `..`, or a foreign group's. */
const PREFIX = "w-";

/**
 * Name of the folder of a workload: all characters but letters, digits and `-_.!~*'()` are escaped,
 * so that it can be read back.
 * @throws RangeError if it is longer than the kernel takes.
 */
export function toFolderName(id: string): string {
  const name = `${PREFIX}${encodeURIComponent(id)}`;
  if (name.length <= NAME_BYTES_MAX) return name;
  const most = NAME_BYTES_MAX - PREFIX.length;
  throw new RangeError(`the id ${id} has more than ${most} characters when escaped for a folder`);
}

/** The id that `toFolderName` made this of; undefined for the name of another folder. */
export function toId(folderName: string): string | undefined {
  if (!folderName.startsWith(PREFIX)) return undefined;
  try {
    return decodeURIComponent(folderName.slice(PREFIX.length));
  } catch {
    return undefined;
  }
}
