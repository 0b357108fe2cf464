import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import type { GeneratedText } from '../../../../src-shared/model.ts';
import { addCommand } from '../command.ts';
import { findRun } from '../findRun.ts';
import { type FreeTextOptions, isFreeText, readFreeText, withFreeTextOptions } from '../freeTextOptions.ts';
import { interruptible } from '../interrupts.ts';
import { EXIT, type Outcome } from '../output.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';
import { formatTable } from '../table.ts';

interface GenerateOptions extends CommonOptions, FreeTextOptions {
  model?: string;
  user?: string;
  prompt?: string;
  chat?: boolean;
  constrained?: boolean;
  beams?: string;
}

export function registerGenerateCommand(program: Command): void {
  const command = addCommand<GenerateOptions>(
    program,
    'generate [run]',
    "write text with a completed run's model, or with a pretrained language model",
    ([reference], options) =>
      withSession(options, (session) => {
        if ((reference === undefined) === (options.model === undefined)) {
          throw new AppError('usage', 'generate: expected either a run or --model');
        }
        if (options.model !== undefined) return continueWithModel(session, options.model, options);
        if (!isFreeText(options)) refuse(options, 'chat');
        return isFreeText(options) ? continueWithRun(session, reference!, options) : answerWithRun(session, reference!, options);
      }),
  )
    .option('--model <name>', 'a pretrained language model of the workspace, instead of a run')
    .option('--chat', 'answer the prompt as a message, through the chat template of --model')
    .option('--user <id>', "user whose timeline the model sees, by the dataset's own id (default: no user)")
    .option('--prompt <text>', "prompt (default: the task's own)")
    .option('--constrained', 'write titles of the catalogue only')
    .option('--beams <number>', 'candidates that are followed, 1 to 50');
  withFreeTextOptions(command);
}

/** The best answers to the task, as a table. */
async function answerWithRun(session: Session, reference: string, options: GenerateOptions): Promise<Outcome> {
  const run = await findRun(session, reference);
  const userId = options.user === undefined ? null : await findUser(session, run.datasetName, options.user);
  const generation = await session.client.call('runs.generate', {
    runId: run.id,
    userId,
    prompt: options.prompt,
    constrained: options.constrained ?? false,
    ...(options.beams !== undefined && { beams: parseBeams(options.beams) }),
  });
  const rows = generation.candidates.map(({ text, score, inCatalogue }) => [
    score.toFixed(3),
    inCatalogue === null ? '-' : inCatalogue ? 'yes' : 'no',
    text,
  ]);
  const table = formatTable([{ title: 'Log-probability', align: 'right' }, { title: 'In catalogue' }, { title: 'Text' }], rows);
  return { document: { runId: run.id, userId, ...generation }, text: `${generation.prompt}\n\n${table}` };
}

async function continueWithRun(session: Session, reference: string, options: GenerateOptions): Promise<Outcome> {
  refuse(options, 'constrained', 'chat');
  const run = await findRun(session, reference);
  const userId = options.user === undefined ? null : await findUser(session, run.datasetName, options.user);
  const input = { runId: run.id, userId, ...textInput(options) };
  return followText(session, options, input.prompt, (generationId) => session.client.call('runs.write', { ...input, generationId }));
}

async function continueWithModel(session: Session, name: string, options: GenerateOptions): Promise<Outcome> {
  refuse(options, 'constrained', 'user');
  const input = { name, chat: options.chat ?? false, ...textInput(options) };
  // A message is answered; a text goes on.
  const shownPrompt = input.chat ? '' : input.prompt;
  return followText(session, options, shownPrompt, (generationId) => session.client.call('models.generate', { ...input, generationId }));
}

const NEEDS = { constrained: 'needs a run that answers its task', user: 'needs a run', chat: 'needs --model' };

function refuse(options: GenerateOptions, ...names: ('constrained' | 'user' | 'chat')[]): void {
  const given = names.find((name) => options[name] !== undefined);
  if (given) throw new AppError('usage', `generate: --${given} ${NEEDS[given]}; leave it out`);
}

function textInput(options: GenerateOptions) {
  if (options.prompt === undefined) throw new AppError('usage', 'generate: expected --prompt');
  const beams = options.beams === undefined ? {} : { beams: parseBeams(options.beams) };
  return { prompt: options.prompt, options: { ...readFreeText(options), ...beams } };
}

/** Prints prompt and text as they are written; Ctrl+C ends the text. */
async function followText(
  { client }: Session,
  { json = false }: GenerateOptions,
  prompt: string,
  write: (generationId: string) => Promise<GeneratedText>,
): Promise<Outcome> {
  const generationId = randomUUID();
  let shown = 0;
  const show = (text: string) => {
    if (json) return;
    if (shown === 0) process.stdout.write(prompt);
    shown += text.length;
    process.stdout.write(text);
  };
  const unsubscribe = client.onEvent((event) => {
    if (event.name === 'generation.text' && event.payload.generationId === generationId) show(event.payload.text);
  });
  try {
    const stop = () => void client.call('models.stopGeneration', { generationId });
    const { value, interrupted } = await interruptible(stop, () => write(generationId));
    const rest = shown === 0 ? prompt + value.text : value.text.slice(shown);
    return { document: value, text: `${rest}\n`, exitCode: interrupted ? EXIT.interrupted : EXIT.done };
  } finally {
    unsubscribe();
  }
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
