import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { EncoderSummary, ModelSummary, ModelVerification } from '../../../../src-shared/model.ts';
import { addCommand } from '../command.ts';
import { formatBytes, formatCount, formatShort } from '../numbers.ts';
import { EXIT } from '../output.ts';
import { type CommonOptions, withSession } from '../session.ts';
import { formatPairs, formatTable } from '../table.ts';

export function registerModelCommands(program: Command): void {
  const models = program.command('models').description('pretrained language models of the workspace');
  addCommand<CommonOptions & { name?: string }>(models, 'add <folder>', 'add a Hugging Face folder', ([folder], options) =>
    withSession(options, async ({ client }) => {
      const input = { path: resolve(folder!), ...(options.name !== undefined && { name: options.name }) };
      const model = await client.call('models.add', input);
      return { document: { model }, text: modelText(model) };
    }),
  ).option('--name <name>', "name of the model (default: the folder's)");

  addCommand(models, 'list', 'list the language models', (_args, options) =>
    withSession(options, async ({ client }) => {
      const list = await client.call('models.list', {});
      return { document: { models: list }, text: listText(list) };
    }),
  );

  addCommand(models, 'encoders', 'list the user encoders that runs have trained', (_args, options) =>
    withSession(options, async ({ client }) => {
      const encoders = await client.call('encoders.list', {});
      return { document: { encoders }, text: encodersText(encoders) };
    }),
  );

  addCommand<CommonOptions & { text?: string }>(
    models,
    'verify <name>',
    'read its files again and measure its perplexity on a text',
    ([name], options) =>
      withSession(options, async ({ client }) => {
        const verification = await client.call('models.verify', { name: name!, ...(options.text !== undefined && { text: options.text }) });
        const exitCode = verification.unchanged ? EXIT.done : EXIT.failed;
        return { document: { verification }, text: verificationText(verification), exitCode };
      }),
  ).option('--text <text>', 'text to measure on (default: a few plain sentences)');

  addCommand(models, 'remove <name>', 'forget a language model; its folder stays', ([name], options) =>
    withSession(options, async ({ client }) => {
      await client.call('models.remove', { name: name! });
      return { document: { removed: name }, text: `Removed "${name}".\n` };
    }),
  );
}

function listText(models: readonly ModelSummary[]): string {
  if (models.length === 0) return 'No language models yet. Add one with: userllm models add <folder>\n';
  const rows = models.map(({ name, architecture, parameters, types, maxPositions, sizeBytes, path }) => [
    name,
    architecture,
    formatShort(parameters),
    types.join(', '),
    formatCount(maxPositions),
    formatBytes(sizeBytes),
    path,
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  const columns = [
    { title: 'Name' },
    { title: 'Architecture' },
    right('Parameters'),
    { title: 'Weights' },
    right('Positions'),
    right('Size'),
    { title: 'Folder' },
  ];
  return formatTable(columns, rows);
}

function encodersText(encoders: readonly EncoderSummary[]): string {
  if (encoders.length === 0)
    return 'No user encoders yet. A run that completes with integration cross-attention or soft-prompt leaves one.\n';
  const rows = encoders.map((encoder) => [
    encoder.runName,
    encoder.architecture,
    encoder.features.join(', '),
    `${encoder.numLayers} x ${encoder.dModel}`,
    formatShort(encoder.parameters),
    encoder.datasetName,
    `run:${encoder.runId}`,
  ]);
  const columns = ['Run', 'Architecture', 'Features', 'Layers x width', 'Parameters', 'Dataset', 'encoder.init'];
  const titled = columns.map((title) => ({ title, ...(title === 'Parameters' && { align: 'right' as const }) }));
  return formatTable(titled, rows);
}

function modelText(model: ModelSummary): string {
  return formatPairs([
    ['Language model', model.name],
    ['Folder', model.path],
    ['Architecture', model.architecture],
    ['Parameters', formatCount(model.parameters)],
    ['Weights', `${model.types.join(', ')}, ${formatBytes(model.sizeBytes)}`],
    ['Tokens', formatCount(model.vocabularySize)],
    ['Longest text', `${formatCount(model.maxPositions)} tokens`],
    ['Chat template', model.hasChatTemplate ? 'yes' : 'no'],
    ['Licence', model.licenseFile ?? 'no licence file in the folder'],
    ['Fingerprint', model.fingerprint],
  ]);
}

function verificationText({ name, unchanged, fingerprint, perplexity, tokens }: ModelVerification): string {
  return formatPairs([
    ['Language model', name],
    ['Files', unchanged ? 'as they were added' : 'CHANGED since they were added; remove the model and add it again to use them'],
    ['Fingerprint', fingerprint],
    ['Perplexity', perplexity === null ? '-' : `${perplexity.toPrecision(4)} on ${tokens} tokens`],
  ]);
}
