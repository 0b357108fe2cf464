import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { DatasetReport, DatasetSummary, ImportProgress } from '../../../../src-shared/dataset.ts';
import { AppError, type ErrorData, fromErrorData } from '../../../../src-shared/errors.ts';
import { addCommand } from '../command.ts';
import { datasetDocument } from '../documents.ts';
import { interruptible } from '../interrupts.ts';
import { formatBytes, formatCount, formatDate, formatSeconds, formatShort } from '../numbers.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';
import { formatPairs, formatTable } from '../table.ts';

const SHOWN_REJECTIONS = 10;

export function registerDatasetCommands(program: Command): void {
  addCommand<CommonOptions & { name?: string }>(
    program,
    'import <path>',
    'import a dataset from a file or folder',
    async ([path], options) =>
      withSession(options, async (session) => {
        const dataset = await importDataset(session, path!, options.name, createProgress());
        return { document: { dataset: datasetDocument(dataset) }, text: importText(dataset) };
      }),
  ).option('--name <name>', 'name of the dataset (default: from the path)');

  addCommand(program, 'datasets', 'list the datasets of the workspace', async (_args, options) =>
    withSession(options, async ({ client }) => {
      const datasets = await client.call('datasets.list', {});
      return { document: { datasets: datasets.map(datasetDocument) }, text: datasetsText(datasets) };
    }),
  );

  addCommand(program, 'dataset <name>', 'show one dataset', async ([name], options) =>
    withSession(options, async ({ client }) => {
      const { summary, ...report } = await client.call('datasets.report', { name: name! });
      return { document: { dataset: datasetDocument(summary), report }, text: reportText({ summary, ...report }) };
    }),
  );
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
): Promise<DatasetSummary> {
  const source = resolve(path);
  const chosen = name ?? (await client.call('datasets.preview', { path: source })).suggestedName;
  const ended = Promise.withResolvers<ImportProgress>();
  const unsubscribe = client.onEvent((event) => {
    if (event.name !== 'import.progress' || event.payload.name !== chosen) return;
    showImport(progress, event.payload);
    if (['done', 'failed', 'cancelled'].includes(event.payload.phase)) ended.resolve(event.payload);
  });
  try {
    const { importId } = await client.call('datasets.import', { path: source, name: chosen });
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

function importText(dataset: DatasetSummary): string {
  const { name, users, items, events, seconds, peakMemoryBytes } = dataset;
  const how = `${seconds.toFixed(1)} s, peak memory ${formatBytes(peakMemoryBytes)}`;
  return `Imported "${name}": ${formatCount(events)} events of ${formatCount(users)} users on ${formatCount(items)} items (${how})\n${rejectionText(dataset)}`;
}

function rejectionText({ rejected, rejections }: DatasetSummary): string {
  if (rejected === 0) return '';
  const shown = rejections.slice(0, SHOWN_REJECTIONS).map(({ file, line, reason }) => `  ${file}:${line}: ${reason}\n`);
  const more = rejected > shown.length ? `  ... and ${formatCount(rejected - shown.length)} more\n` : '';
  return `Not kept: ${formatCount(rejected)} rows\n${shown.join('')}${more}`;
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

function reportText({ summary, ...report }: DatasetReport): string {
  const { name, format, users, items, events, features, fingerprint, sourcePath } = summary;
  const { min, median, max } = report.eventsPerUserQuantiles;
  const facts = formatPairs([
    ['Dataset', name],
    ['Format', format],
    ['Source', sourcePath],
    ['Users', formatCount(users)],
    ['Items', formatCount(items)],
    ['Events', formatCount(events)],
    ['Events per user', `${min} to ${max}, median ${median}`],
    ['Time', `${formatDate(report.firstEventAtMs)} to ${formatDate(report.lastEventAtMs)}`],
    ['Features', features.map((feature) => `${feature.name} (${formatCount(feature.vocabularySize)} values)`).join(', ')],
    ['Fingerprint', fingerprint],
  ]);
  const examples = report.trainingExamples.map((row) => [String(row.historyLength), formatCount(row.examples), formatCount(row.users)]);
  const right = (title: string) => ({ title, align: 'right' as const });
  return `${facts}\n${formatTable([right('History'), right('Examples'), right('Users')], examples)}${rejectionText(summary)}`;
}
