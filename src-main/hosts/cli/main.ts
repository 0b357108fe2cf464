import { Command, CommanderError } from 'commander';
import { AppError } from '../../../src-shared/errors.ts';
import { APP_VERSION } from '../../experiment/version.ts';
import { withCommonOptions } from './command.ts';
import { registerBenchCommand } from './commands/bench.ts';
import { registerDatasetCommands } from './commands/datasets.ts';
import { registerDoctorCommand } from './commands/doctor.ts';
import { registerGenerateCommand } from './commands/generate.ts';
import { registerModelCommands } from './commands/models.ts';
import { registerPlanCommand } from './commands/plan.ts';
import { registerReproduceCommand } from './commands/reproduce.ts';
import { registerRunCommands } from './commands/runs.ts';
import { registerServeCommand } from './commands/serve.ts';
import { EXIT, printError } from './output.ts';

/** Program entry of the `userllm` command. */
async function main(argv: readonly string[]): Promise<void> {
  // Whoever reads our output may stop reading (`userllm runs | head`): that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed));
  // Started through bin/userllm.mjs on an older Node: when that process is killed, this one was meant.
  process.on('disconnect', () => process.emit('SIGTERM'));
  process.channel?.unref();
  const json = argv.includes('--json');
  try {
    await createProgram(json).parseAsync(argv, { from: 'user' });
  } catch (error) {
    process.exitCode = error instanceof CommanderError ? await reportUsage(error, json) : await printError(error, json);
  }
}

function createProgram(json: boolean): Command {
  const program = withCommonOptions(new Command('userllm'))
    .description('User-LLM Workbench: language models that know their user')
    .version(APP_VERSION, '-V, --version', 'print the version')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted')
    .showSuggestionAfterError()
    .exitOverride();
  if (json) program.configureOutput({ writeErr: () => undefined });
  registerDatasetCommands(program);
  registerPlanCommand(program);
  registerRunCommands(program);
  registerModelCommands(program);
  registerGenerateCommand(program);
  registerReproduceCommand(program);
  registerServeCommand(program);
  registerDoctorCommand(program);
  registerBenchCommand(program);
  return program;
}

/** Commander has printed help, the version or what is wrong already, except under --json. */
async function reportUsage(error: CommanderError, json: boolean): Promise<number> {
  if (error.exitCode === 0) return EXIT.done;
  if (json) return printError(new AppError('usage', error.message.replace(/^error: /, '')), true);
  return EXIT.usage;
}

await main(process.argv.slice(2));
