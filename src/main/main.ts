import { runCommand } from "../cli/run-command.ts";

process.exitCode = runCommand(process.argv.slice(2));
