import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import { addCommand } from '../command.ts';
import { findRun } from '../findRun.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';
import { formatTable } from '../table.ts';

interface GenerateOptions extends CommonOptions {
  user?: string;
  prompt?: string;
  constrained?: boolean;
  beams?: string;
}

export function registerGenerateCommand(program: Command): void {
  addCommand<GenerateOptions>(program, 'generate <run>', "write text with a completed run's model", ([reference], options) =>
    withSession(options, async (session) => {
      const run = await findRun(session, reference!);
      const userId = options.user === undefined ? null : await findUser(session, run.datasetName, options.user);
      const generation = await session.client.call('runs.generate', {
        runId: run.id,
        userId,
        prompt: options.prompt,
        constrained: options.constrained ?? false,
        ...(options.beams !== undefined && { beams: parseBeams(options.beams) }),
      });
      const rows = generation.candidates.map(({ text, score, inCatalogue }) => [score.toFixed(3), inCatalogue ? 'yes' : 'no', text]);
      const table = formatTable([{ title: 'Log-probability', align: 'right' }, { title: 'In catalogue' }, { title: 'Text' }], rows);
      return { document: { runId: run.id, userId, ...generation }, text: `${generation.prompt}\n\n${table}` };
    }),
  )
    .option('--user <id>', "user whose timeline the model sees, by the dataset's own id (default: no user)")
    .option('--prompt <text>', "prompt (default: the task's own)")
    .option('--constrained', 'write titles of the catalogue only')
    .option('--beams <number>', 'candidates that are followed, 1 to 50');
}

async function findUser({ client }: Session, dataset: string, externalId: string): Promise<number> {
  const { rows } = await client.call('datasets.users', { name: dataset, search: externalId, limit: 1000 });
  const user = rows.find((row) => row.externalId === externalId);
  if (!user) throw new AppError('input-invalid', `generate: dataset "${dataset}" has no user "${externalId}"`);
  return user.userId;
}

function parseBeams(text: string): number {
  const beams = Number(text);
  if (Number.isInteger(beams) && beams >= 1 && beams <= 50) return beams;
  throw new AppError('usage', `generate: expected --beams from 1 to 50, got "${text}"`);
}
