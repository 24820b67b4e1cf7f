import {
  type CompletedCommand,
  KIND_VERBS,
  KIND_WORDS,
  LIST_OBJECTS,
  NAME_VERBS,
  type CompletedFlag,
  NAME_FLAGS,
} from "./completed-command.ts";
import { fishScript } from "./fish-script.ts";

/** Shells that can be served. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A script that, read by the shell, completes commands, flags, their values, and names of objects. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  commands: readonly CompletedCommand[],
): string {
  if (shell === "fish") return fishScript(commands);
  const bash = bashScript(commands);
  return shell === "bash" ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function bashScript(commands: readonly CompletedCommand[]): string {
  const valued = commands.flatMap(({ name, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map((flag) => ({ flag, pattern: flag.names.map((each) => `${name}:${each}`).join("|") })),
  );
  const patterns = valued.map(({ pattern }) => pattern).join("|");
  const values = casesOf(valued.map(({ flag, pattern }) => [pattern, valuesOf(flag)]));
  const flags = casesOf(
    commands.map(({ name, flags }) => [name, flags.flatMap(({ names }) => names).join(" ")]),
  );
  return `# Completes neuraxis in bash.
_neuraxis_names() { neuraxis get "$1" -o name 2>/dev/null | sed 's:^[^/]*/::'; }
_neuraxis() {
  local current="\${COMP_WORDS[COMP_CWORD]}" verb="\${COMP_WORDS[1]}" at=$((COMP_CWORD - 1))
  local before="" key="" kind="" words="" word="" place=2
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(" ")} help" -- "$current"))
    return
  fi
  # Bash makes three words of phase=Running.
  if [ "$current" = "=" ]; then current="" at=$COMP_CWORD; fi
  before="\${COMP_WORDS[at]}"
  if [ "$before" = "=" ]; then
    before="\${COMP_WORDS[at - 1]}"
    case "$before" in
      -*) ;;
      *) key="$before=" before="\${COMP_WORDS[at - 2]}" ;;
    esac
  fi
  # The first word that is neither a flag nor its value.
  while [ "$place" -lt "$COMP_CWORD" ] && [ -z "$kind" ]; do
    word="\${COMP_WORDS[place]}"
    case "$verb:$word" in
      ${patterns === "" ? ":" : patterns}) place=$((place + 1)) ;;
      *:-*) ;;
      *) kind="$word" ;;
    esac
    place=$((place + 1))
  done
  case "$verb:$before" in
${values}
    *)
      case "$current" in
        -*)
          case "$verb" in
${flags}
          esac ;;
        *)
          case "$verb" in
${operandsOf(commands)}
            ${KIND_VERBS.join("|")})
              case "$kind" in
                ""|*/*) words="${KIND_WORDS} $(${LIST_OBJECTS})" ;;
                *) words="${namesOf("$kind")}" ;;
              esac ;;
          esac ;;
      esac ;;
  esac
  if [ -n "$key" ]; then
    words="$(for word in $words; do case "$word" in "$key"*) echo "\${word#"$key"}" ;; esac; done)"
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _neuraxis neuraxis
`;
}

/** Subcommands, and names that stand alone. */
function operandsOf(commands: readonly CompletedCommand[]): string {
  const parents = commands.filter(({ children }) => children.length > 0);
  return casesOf([
    ...parents.map(
      ({ name, children }) => [name, children.map((child) => child.name).join(" ")] as const,
    ),
    ...Array.from(NAME_VERBS, ([verb, kinds]) => [verb, namesOf(kinds)] as const),
  ]);
}

/** Branches of a shell's \`case\` that say which words can stand there. */
function casesOf(cases: readonly (readonly [pattern: string, words: string])[]): string {
  return cases.map(([pattern, words]) => `    ${pattern}) words="${words}" ;;`).join("\n");
}

/** Words for a shell; without any, the shell offers files. */
function valuesOf({ names, choices }: CompletedFlag): string {
  const kind = names.map((name) => NAME_FLAGS.get(name)).find((known) => known !== undefined);
  return kind === undefined ? choices.join(" ") : namesOf(kind);
}

function namesOf(kinds: string): string {
  return `$(_neuraxis_names ${kinds.startsWith("$") ? `"${kinds}"` : kinds})`;
}
