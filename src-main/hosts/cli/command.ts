import type { Command } from 'commander';
import { type Outcome, printError, printOutcome } from './output.ts';
import type { CommonOptions } from './session.ts';

/** What a command does with its arguments; the last one of commander's is the command itself. */
export type Action<Options extends CommonOptions> = (args: string[], options: Options) => Promise<Outcome>;

/** Adds a command with the options that all of them share, and sees to it that its outcome or error is printed. */
export function addCommand<Options extends CommonOptions>(
  program: Command,
  usage: string,
  description: string,
  action: Action<Options>,
): Command {
  const command = program.command(usage).description(description);
  return withCommonOptions(command).action(async () => {
    const options = command.optsWithGlobals<Options>();
    const json = options.json ?? false;
    try {
      const outcome = await action(command.args, options);
      await printOutcome(outcome, json);
      process.exitCode = outcome.exitCode ?? 0;
    } catch (error) {
      process.exitCode = await printError(error, json);
    }
  });
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('--workspace <folder>', 'workspace to use (default: USERLLM_WORKSPACE or ~/.userllm/workspace)')
    .option('--json', 'print exactly one JSON document on standard output');
}
