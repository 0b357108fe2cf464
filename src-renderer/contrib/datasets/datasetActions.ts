import { call } from '../../state/backend.ts';
import { datasets, workspace } from '../../state/stores.ts';
import { countOf, formatBytes } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { askText, confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, type OpenOptions, openEditor } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import { type Command, registry, type Target } from '../../workbench/registry.ts';
import { nameError } from './datasetNames.ts';

const theDataset = (target: Target) => datasets.use.getState().value.find((dataset) => dataset.name === target.datasetName);

export function openDataset(name: string, options: OpenOptions = {}): void {
  openEditor('dataset', { name }, options);
}

async function deleteDataset(target: Target): Promise<void> {
  const { name } = theDataset(target)!;
  const detail = 'Its timelines go with it; the files it was read from stay as they are. This cannot be undone.';
  if (!(await confirmDanger(`Delete the dataset ${name}?`, detail, 'Delete'))) return;
  const { freedBytes } = await call('datasets.delete', { name });
  closeEditorsOf(isOf(name));
  notify({ severity: 'info', message: `${name} has been deleted; ${formatBytes(freedBytes)} of the disk are free again.` });
}

const isOf = (name: string) => (editor: { type: string; params: Readonly<Record<string, unknown>> }) =>
  ['dataset', 'timeline'].includes(editor.type) && editor.params.name === name;

async function renameDataset(target: Target): Promise<void> {
  const { name } = theDataset(target)!;
  const taken = datasets.use.getState().value.map((dataset) => dataset.name);
  const newName = await askText({
    title: `Rename the dataset ${name}`,
    detail: 'Its runs follow. Experiment files that name it have to be changed by hand.',
    label: 'New name',
    initial: name,
    action: 'Rename',
    check: (text) => nameError(text, taken),
  });
  if (newName === null) return;
  await call('datasets.rename', { name, newName });
  await datasets.refresh();
  closeEditorsOf(isOf(name));
  openDataset(newName);
}

function unlessCancelled(error: unknown): null {
  if ((error as { code?: unknown }).code === 'cancelled') return null;
  throw error;
}

async function exportDataset(target: Target): Promise<unknown> {
  const { name, events } = theDataset(target)!;
  const path = await askText({
    title: `Export the dataset ${name}`,
    detail: `${countOf(events, 'event')} become a table of a row each: user, item, features and time. The end of the name says which kind of file.`,
    label: 'File (.parquet or .csv)',
    initial: `${workspace.use.getState().value?.path ?? ''}/exports/${name}.parquet`,
    action: 'Export',
    check: (text) => (/\.(csv|parquet)$/i.test(text) ? null : 'The name of the file ends with .parquet or .csv.'),
  });
  if (path === null) return null;
  const exportId = crypto.randomUUID();
  const key = `export:${exportId}`;
  const written = await call('datasets.export', { name, path, exportId }).catch(unlessCancelled);
  if (written === null) return notify({ key, severity: 'info', message: `The export of ${name} was cancelled. Nothing was written.` });
  return notify({
    key,
    severity: 'info',
    message: `${countOf(written.events, 'event')} were written to ${written.path} (${formatBytes(written.sizeBytes)}).`,
  });
}

export const datasetCommands: Command[] = [
  {
    id: 'datasets.import',
    category: 'Datasets',
    label: 'Import a dataset',
    icon: 'cloud-download',
    keys: ['Ctrl+Shift+I'],
    run: () => openEditor('import', {}),
  },
  { id: 'datasets.refresh', category: 'Datasets', label: 'Refresh', icon: 'refresh', run: () => datasets.refresh() },
  {
    id: 'datasets.open',
    category: 'Datasets',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (target) => !!theDataset(target),
    menuOnly: true,
    run: (target) => openDataset(theDataset(target)!.name),
  },
  {
    id: 'datasets.openUser',
    category: 'Datasets',
    label: "Show the user's timeline",
    icon: 'account',
    enabled: (target) => !!theDataset(target) && target.userId !== undefined,
    menuOnly: true,
    run: (target) => openEditor('timeline', { name: target.datasetName!, userId: String(target.userId) }),
  },
  {
    id: 'datasets.newExperiment',
    category: 'Datasets',
    label: 'New experiment for this dataset',
    icon: 'beaker',
    enabled: (target) => !!theDataset(target) && registry.commands.has('experiments.new'),
    run: (target) => runCommand('experiments.new', target),
  },
  {
    id: 'datasets.cancelImport',
    category: 'Datasets',
    label: 'Cancel import',
    icon: 'circle-slash',
    enabled: (target) => target.importId !== undefined,
    menuOnly: true,
    run: (target) => call('datasets.cancelImport', { importId: target.importId! }),
  },
  {
    id: 'datasets.cancelExport',
    category: 'Datasets',
    label: 'Cancel export',
    icon: 'circle-slash',
    enabled: (target) => target.exportId !== undefined,
    menuOnly: true,
    run: (target) => call('datasets.cancelExport', { exportId: target.exportId! }),
  },
  {
    id: 'datasets.rename',
    category: 'Datasets',
    label: 'Rename',
    icon: 'edit',
    enabled: (target) => !!theDataset(target),
    run: renameDataset,
  },
  {
    id: 'datasets.export',
    category: 'Datasets',
    label: 'Export as Parquet or CSV',
    icon: 'export',
    enabled: (target) => !!theDataset(target),
    run: exportDataset,
  },
  {
    id: 'datasets.delete',
    category: 'Datasets',
    label: 'Delete',
    icon: 'trash',
    enabled: (target) => !!theDataset(target),
    run: deleteDataset,
  },
];
