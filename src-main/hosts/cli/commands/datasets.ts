import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type DatasetSummary, datasetFormatSchema, type ImportProgress } from '../../../../src-shared/dataset.ts';
import { AppError, type ErrorData, fromErrorData } from '../../../../src-shared/errors.ts';
import { addCommand } from '../command.ts';
import { rejectionsText } from '../datasetTexts.ts';
import { datasetDocument } from '../documents.ts';
import { type ImportChoices, parseImportChoices } from '../importOptions.ts';
import { interruptible } from '../interrupts.ts';
import { formatBytes, formatCount, formatDate, formatSeconds, formatShort } from '../numbers.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';
import { formatTable } from '../table.ts';
import { registerDatasetActions } from './datasetActions.ts';
import { registerDatasetReport } from './datasetReport.ts';

export function registerDatasetCommands(program: Command): void {
  addCommand<CommonOptions & ImportChoices & { name?: string }>(
    program,
    'import <path>',
    'import a dataset from a file or folder',
    async ([path], options) =>
      withSession(options, async (session) => {
        const dataset = await importDataset(session, path!, options.name, createProgress(), parseImportChoices(options));
        const { sameContent } = await session.client.call('datasets.report', { name: dataset.name });
        return { document: { dataset: datasetDocument(dataset), sameContent }, text: importText(dataset, sameContent) };
      }),
  )
    .option('--name <name>', 'name of the dataset (default: from the path)')
    .option('--format <format>', `what it is (default: told by its content): ${datasetFormatSchema.options.join(', ')}`)
    .option(
      '--map <mapping>',
      'which column of a table is what (default: guessed): a JSON file, or pairs of user, item, time, timeFormat, rating, category, ' +
        'categorySeparator, title, texts, features, e.g. user=uid,item=sku,time=when,features=device+country',
    );

  const datasets = addCommand(program, 'datasets', 'list the datasets of the workspace', async (_args, options) =>
    withSession(options, async ({ client }) => {
      const datasets = await client.call('datasets.list', {});
      return { document: { datasets: datasets.map(datasetDocument) }, text: datasetsText(datasets) };
    }),
  );

  registerDatasetActions(datasets);
  registerDatasetReport(program);
}

/**
 * Imports and waits; Ctrl+C cancels, which leaves nothing behind.
 * @throws AppError `cancelled`, and whatever the import refuses
 */
export async function importDataset(
  { client }: Session,
  path: string,
  name: string | undefined,
  progress: Progress,
  choices: ReturnType<typeof parseImportChoices> = { format: null, mapping: null },
): Promise<DatasetSummary> {
  const source = resolve(path);
  const chosen = name ?? (await client.call('datasets.preview', { path: source, format: choices.format })).suggestedName;
  const ended = Promise.withResolvers<ImportProgress>();
  const unsubscribe = client.onEvent((event) => {
    if (event.name !== 'import.progress' || event.payload.name !== chosen) return;
    showImport(progress, event.payload);
    if (['done', 'failed', 'cancelled'].includes(event.payload.phase)) ended.resolve(event.payload);
  });
  try {
    const { importId } = await client.call('datasets.import', { path: source, name: chosen, ...choices });
    const cancel = () => void client.call('datasets.cancelImport', { importId });
    const { value } = await interruptible(cancel, () => ended.promise);
    if (value.phase === 'cancelled') throw new AppError('cancelled', 'import: cancelled; nothing was kept');
    if (value.error) throw fromErrorData(value.error as ErrorData);
    return (await client.call('datasets.report', { name: chosen })).summary;
  } finally {
    unsubscribe();
    progress.end();
  }
}

function showImport(progress: Progress, { phase, name, rows, totalRows, rowsPerSecond, remainingSeconds }: ImportProgress): void {
  if (phase === 'done' || phase === 'failed' || phase === 'cancelled') return;
  const details = [`${formatCount(rows)} rows`];
  if (rowsPerSecond) details.push(`${formatShort(rowsPerSecond)} rows/s`);
  if (remainingSeconds) details.push(`${formatSeconds(remainingSeconds)} left`);
  progress.update(`Importing "${name}": ${phase}`, totalRows ? rows / totalRows : null, details.join('  '));
}

function importText(dataset: DatasetSummary, sameContent: readonly string[]): string {
  const { name, users, items, events, seconds, peakMemoryBytes } = dataset;
  const how = `${seconds.toFixed(1)} s, peak memory ${formatBytes(peakMemoryBytes)}`;
  const same =
    sameContent.length > 0
      ? `Its content is that of ${sameContent.map((other) => `"${other}"`).join(', ')}: delete one of them to save the space\n`
      : '';
  return `Imported "${name}": ${formatCount(events)} events of ${formatCount(users)} users on ${formatCount(items)} items (${how})\n${same}${rejectionsText(dataset)}`;
}

function datasetsText(datasets: readonly DatasetSummary[]): string {
  if (datasets.length === 0) return 'No datasets yet. Import one: userllm import <folder>\n';
  const rows = datasets.map((dataset) => {
    const { name, format, users, items, events, importedAtMs } = dataset;
    return [name, format, formatCount(users), formatCount(items), formatCount(events), formatDate(importedAtMs)];
  });
  const right = (title: string) => ({ title, align: 'right' as const });
  return formatTable(
    [{ title: 'Dataset' }, { title: 'Format' }, right('Users'), right('Items'), right('Events'), { title: 'Imported' }],
    rows,
  );
}
