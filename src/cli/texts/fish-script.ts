import {
  type CompletedCommand,
  type CompletedFlag,
  KIND_VERBS,
  KIND_WORDS,
  LIST_OBJECTS,
  NAME_FLAGS,
  NAME_VERBS,
} from "./completed-command.ts";

/** A script that completes in fish what there is. */
export function fishScript(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, flags, children }) => [
    `complete -c neuraxis -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
    ...children.map((child) => `${after(name)} -f -a ${child.name}`),
    ...flags.map((flag) => `${after(name)} ${sayFlag(flag)}`),
  ]);
  const bare = Array.from(
    NAME_VERBS,
    ([verb, kinds]) => `${after(verb)} -f -a '(__neuraxis_names ${kinds})'`,
  );
  return `# Completes neuraxis in fish.
function __neuraxis_names
  neuraxis get $argv[1] -o name 2>/dev/null | string replace -r '^[^/]*/' ''
end
function __neuraxis_objects
  set -l words (string match -v -- '-*' (commandline -opc))
  if test (count $words) -gt 2; and not string match -q '*/*' -- $words[3]
    __neuraxis_names $words[3]
  else
    string split ' ' '${KIND_WORDS}'
    ${LIST_OBJECTS}
  end
end
${lines.join("\n")}
${bare.join("\n")}
${after(KIND_VERBS.join(" "))} -f -a '(__neuraxis_objects)'
`;
}

function after(verbs: string): string {
  return `complete -c neuraxis -n '__fish_seen_subcommand_from ${verbs}'`;
}

/** Its names, and its values: those that are known, or files. */
function sayFlag({ names, takesValue, choices }: CompletedFlag): string {
  const words = names.map((name) =>
    name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const kind = names.map((name) => NAME_FLAGS.get(name)).find((known) => known !== undefined);
  if (kind !== undefined) words.push(`-x -a '(__neuraxis_names ${kind})'`);
  else if (choices.length > 0) words.push(`-x -a ${quote(choices.join(" "))}`);
  else if (takesValue) words.push("-r");
  return words.join(" ");
}

/** Within single quotes of fish. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
