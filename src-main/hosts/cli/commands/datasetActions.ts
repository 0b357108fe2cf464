import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { MethodInput, MethodOutput } from '../../../../src-shared/contract.ts';
import type { ExportProgress } from '../../../../src-shared/dataset.ts';
import { AppError } from '../../../../src-shared/errors.ts';
import { addCommand } from '../command.ts';
import { interruptible } from '../interrupts.ts';
import { formatBytes, formatCount } from '../numbers.ts';
import { createProgress, type Progress } from '../progress.ts';
import { type CommonOptions, withSession } from '../session.ts';
import { addViewOptions, type ViewOptions, viewFrom } from '../viewOptions.ts';

/** What is done with datasets: `userllm datasets rename`, `delete`, `export`. */
export function registerDatasetActions(datasets: Command): void {
  addCommand(datasets, 'rename <name> <newName>', 'give a dataset another name; its runs follow', async ([name, newName], options) =>
    withSession(options, async ({ client }) => {
      await client.call('datasets.rename', { name: name!, newName: newName! });
      return { document: { name: newName }, text: `Renamed "${name}" to "${newName}"\n` };
    }),
  );
  addCommand<CommonOptions & { yes?: boolean }>(
    datasets,
    'delete <name>',
    'delete a dataset and give its space back to the disk',
    async ([name], options) => withSession(options, async (session) => deleteDataset(session.client, name!, options.yes ?? false)),
  ).option('--yes', 'without this, only what would be deleted is said');
  registerExport(datasets);
}

type Client = Parameters<Parameters<typeof withSession>[1]>[0]['client'];

async function deleteDataset(client: Client, name: string, confirmed: boolean) {
  const { summary } = await client.call('datasets.report', { name });
  if (!confirmed) {
    const what = `${formatCount(summary.events)} events of ${formatCount(summary.users)} users`;
    throw new AppError('usage', `datasets delete: "${name}" holds ${what}, which cannot be brought back; add --yes to delete it`);
  }
  const { freedBytes } = await client.call('datasets.delete', { name });
  return { document: { deleted: name, freedBytes }, text: `Deleted "${name}"; ${formatBytes(freedBytes)} given back to the disk\n` };
}

function registerExport(datasets: Command): void {
  const command = addCommand<CommonOptions & ViewOptions & { force?: boolean }>(
    datasets,
    'export <name> <file>',
    'write the events of a dataset, or of a view of it, to a .csv or .parquet file',
    async ([name, file], options) =>
      withSession(options, async ({ client }) => {
        const request = { name: name!, path: resolve(file!), view: viewFrom(options), overwrite: options.force ?? false };
        const written = await exportDataset(client, request, createProgress());
        const text = `Wrote ${formatCount(written.events)} events to ${written.path} (${formatBytes(written.sizeBytes)})\n`;
        return { document: written, text };
      }),
  ).option('--force', 'replace the file where there is one');
  addViewOptions(command);
}

type ExportRequest = MethodInput<'datasets.export'>;

/** Exports and waits; Ctrl+C cancels, which leaves nothing behind. */
async function exportDataset(client: Client, request: ExportRequest, progress: Progress): Promise<MethodOutput<'datasets.export'>> {
  const exportId = randomUUID();
  const unsubscribe = client.onEvent((event) => {
    if (event.name === 'export.progress' && event.payload.exportId === exportId) showExport(progress, event.payload);
  });
  try {
    const cancel = () => void client.call('datasets.cancelExport', { exportId });
    return (await interruptible(cancel, () => client.call('datasets.export', { ...request, exportId }))).value;
  } finally {
    unsubscribe();
    progress.end();
  }
}

function showExport(progress: Progress, { name, phase, events, totalEvents }: ExportProgress): void {
  if (phase === 'done' || phase === 'failed' || phase === 'cancelled') return;
  progress.update(`Exporting "${name}": ${phase}`, totalEvents > 0 ? events / totalEvents : null, `${formatCount(events)} events`);
}
