/** Shells that can be served. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command as a shell has to know it. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly string[];
  readonly children: readonly CompletedCommand[];
}

/** Commands after whose name objects stand. */
const OBJECT_VERBS = ["get", "describe", "cancel", "delete", "wait", "logs", "why"];
/** Prints `job/a service/b` and so on; silent where no control plane runs. */
const LIST_OBJECTS = "neuraxis get all -o name 2>/dev/null";

/** A script that, read by the shell, completes commands, flags and names of objects. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
): string {
  if (shell === "fish") return fishScript(commands);
  const bash = bashScript(commands);
  return shell === "bash" ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const cases = commands.map(
    ({ name, flags, children }) =>
      `    ${name}) words="${[...children.map((child) => child.name), ...flags].join(" ")}" ;;`,
  );
  const names = commands.map(({ name }) => name).join(" ");
  return `# Completes neuraxis in bash.
_neuraxis() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb="\${COMP_WORDS[1]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} help" -- "$current"))
    return
  fi
  case "$verb" in
${cases.join("\n")}
  esac
  case "$verb" in
    ${OBJECT_VERBS.join("|")}) words="$words $(${LIST_OBJECTS})" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _neuraxis neuraxis
`;
}

function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, flags, children }) => {
    const isIn = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c neuraxis -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`,
      ...children.map((child) => `complete -c neuraxis ${isIn} -a ${child.name}`),
      ...flags.map((flag) =>
        flag.startsWith("--")
          ? `complete -c neuraxis ${isIn} -l ${flag.slice(2)}`
          : `complete -c neuraxis ${isIn} -s ${flag.slice(1)}`,
      ),
    ];
  });
  const objects = `-n '__fish_seen_subcommand_from ${OBJECT_VERBS.join(" ")}' -a '(${LIST_OBJECTS})'`;
  return ["# Completes neuraxis in fish.", ...lines, `complete -c neuraxis ${objects}`, ""].join(
    "\n",
  );
}

/** Within single quotes of fish. */
function quoted(text: string): string {
  return text.replaceAll(/['\\]/g, String.raw`\$&`);
}
