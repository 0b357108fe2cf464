import { call } from '../../state/backend.ts';
import { requestReveal } from '../../state/reveal.ts';
import { datasets, experiments } from '../../state/stores.ts';
import { countOf } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, type OpenOptions, openEditor } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import { quickPick } from '../../workbench/QuickInput.tsx';
import type { Command, Target } from '../../workbench/registry.ts';
import { startExperiment } from './startExperiment.ts';

const INTEGRATIONS = [
  { id: 'cross-attention', label: 'Cross-attention', description: 'the model attends to an embedding of the history', icon: 'git-merge' },
  { id: 'text-prompt', label: 'Text prompt', description: 'the history is written into the prompt: the baseline', icon: 'note' },
  { id: 'none', label: 'No user', description: 'the same model without any history', icon: 'circle-slash' },
] as const;

type Integration = (typeof INTEGRATIONS)[number]['id'];

const theFile = (target: Target) => experiments.use.getState().value.find((file) => file.path === target.experimentPath);

export function openExperiment(path: string, options: OpenOptions = {}): void {
  openEditor('experiment', { path }, options);
}

async function chooseDataset(): Promise<string | null> {
  const list = datasets.use.getState().value;
  if (list.length === 1) return list[0]!.name;
  if (list.length === 0) {
    const actions = [{ label: 'Import a dataset', run: () => runCommand('datasets.import', {}) }];
    notify({ severity: 'info', message: 'An experiment needs a dataset, and this workspace has none yet.', actions });
    return null;
  }
  const items = list.map(({ name, events }) => ({ id: name, label: name, description: countOf(events, 'event'), icon: 'database' }));
  return quickPick({ placeholder: 'New experiment: choose a dataset', items, none: 'There are no datasets' });
}

/** Asks what is missing (the dataset, how the model learns about the user), then writes a file with values that suit. */
async function newExperiment(target: Target): Promise<void> {
  const dataset = target.datasetName ?? (await chooseDataset());
  if (!dataset) return;
  const placeholder = `New experiment on ${dataset}: how does the model learn about the user?`;
  const integration = await quickPick({ placeholder, items: [...INTEGRATIONS], none: 'There are no integrations' });
  if (!integration) return;
  const file = await call('experiments.create', { dataset, integration: integration as Integration });
  // The cursor waits in the new file, so that whoever asked for it by keyboard can write on.
  requestReveal({ path: file.path, line: 1, column: 1 });
  openExperiment(file.path);
}

async function deleteExperiment(target: Target): Promise<void> {
  const { name, path } = theFile(target)!;
  if (!(await confirmDanger(`Delete ${name}?`, 'The runs made from it stay, and hold a copy of its text.', 'Delete'))) return;
  await call('experiments.delete', { path });
  closeEditorsOf((editor) => editor.type === 'experiment' && editor.params.path === path);
}

async function runFile(target: Target): Promise<void> {
  const { text } = await call('experiments.read', { path: theFile(target)!.path });
  await startExperiment(text);
}

export const experimentCommands: Command[] = [
  {
    id: 'experiments.new',
    category: 'Experiments',
    label: 'New experiment',
    icon: 'add',
    keys: ['Ctrl+Alt+N'],
    run: newExperiment,
  },
  { id: 'experiments.refresh', category: 'Experiments', label: 'Refresh', icon: 'refresh', run: () => experiments.refresh() },
  {
    id: 'experiments.open',
    category: 'Experiments',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (target) => target.experimentPath !== undefined,
    menuOnly: true,
    run: (target) => openExperiment(target.experimentPath!),
  },
  {
    id: 'experiments.run',
    category: 'Experiments',
    label: 'Run the saved file',
    icon: 'play',
    enabled: (target) => !!theFile(target),
    run: runFile,
  },
  {
    id: 'experiments.delete',
    category: 'Experiments',
    label: 'Delete',
    icon: 'trash',
    enabled: (target) => !!theFile(target),
    run: deleteExperiment,
  },
];
