import { call } from '../../state/backend.ts';
import { datasets } from '../../state/stores.ts';
import { runCommand } from '../../workbench/commands.ts';
import { confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, openEditor } from '../../workbench/editors.ts';
import { type Command, registry, type Target } from '../../workbench/registry.ts';

const theDataset = (target: Target) => datasets.use.getState().value.find((dataset) => dataset.name === target.datasetName);

export function openDataset(name: string): void {
  openEditor('dataset', { name });
}

async function deleteDataset(target: Target): Promise<void> {
  const { name } = theDataset(target)!;
  const detail = 'Its timelines go with it; the files it was read from stay as they are. This cannot be undone.';
  if (!(await confirmDanger(`Delete the dataset ${name}?`, detail, 'Delete'))) return;
  await call('datasets.delete', { name });
  closeEditorsOf((editor) => ['dataset', 'timeline'].includes(editor.type) && editor.params.name === name);
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
    run: (target) => openDataset(theDataset(target)!.name),
  },
  {
    id: 'datasets.openUser',
    category: 'Datasets',
    label: "Show the user's timeline",
    icon: 'account',
    enabled: (target) => !!theDataset(target) && target.userId !== undefined,
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
    run: (target) => call('datasets.cancelImport', { importId: target.importId! }),
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
