/** Runs the command that the arguments name and returns the exit code. */
export function runCommand(words: readonly string[]): number {
  const command = words[0] ?? "help";
  process.stdout.write(`neuraxis ${command}: no commands yet\n`);
  return command === "help" || command === "start" ? 0 : 2;
}
