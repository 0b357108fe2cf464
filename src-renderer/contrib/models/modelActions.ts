import type { EncoderSummary } from '../../../src-shared/model.ts';
import { call } from '../../state/backend.ts';
import { encoders, models } from '../../state/stores.ts';
import { runCommand } from '../../workbench/commands.ts';
import { confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, type OpenOptions, openEditor } from '../../workbench/editors.ts';
import { notify } from '../../workbench/notifications.ts';
import type { Command, Target } from '../../workbench/registry.ts';

const theModel = (target: Target) => models.use.getState().value.find((model) => model.name === target.modelName);

export function openModel(name: string, options: OpenOptions = {}): void {
  openEditor('model', { name }, options);
}

const theEncoder = (target: Target) => encoders.use.getState().value.find((encoder) => encoder.runId === target.runIds?.[0]);

export function openEncoder(runId: string, options: OpenOptions = {}): void {
  openEditor('encoder', { runId }, options);
}

/** The part of an experiment file that takes this encoder: its sizes must be said again. */
export function encoderSnippet({ runId, architecture, features, dModel, numLayers, numHeads, history }: EncoderSummary): string {
  const encoder = { architecture, features, dModel, numLayers, numHeads, init: `run:${runId}` };
  return `"history": ${JSON.stringify({ embedded: history })},\n"encoder": ${JSON.stringify(encoder, null, 2)}`;
}

async function copyEncoder(target: Target): Promise<void> {
  await navigator.clipboard.writeText(encoderSnippet(theEncoder(target)!));
  notify({ severity: 'info', message: 'Copied. Paste it into an experiment file' });
}

async function removeModel(target: Target): Promise<void> {
  const { name } = theModel(target)!;
  const detail = 'The workspace forgets it. Its folder stays as it is, and it can be added again.';
  if (!(await confirmDanger(`Remove the language model ${name}?`, detail, 'Remove'))) return;
  await call('models.remove', { name });
  closeEditorsOf((editor) => editor.type === 'model' && editor.params.name === name);
}

export const modelCommands: Command[] = [
  { id: 'models.add', category: 'Language models', label: 'Add a language model', icon: 'add', run: () => openEditor('addModel', {}) },
  {
    id: 'models.refresh',
    category: 'Models',
    label: 'Refresh',
    icon: 'refresh',
    run: async () => {
      await Promise.all([models.refresh(), encoders.refresh()]);
    },
  },
  {
    id: 'encoders.open',
    category: 'User encoders',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (target) => !!theEncoder(target),
    menuOnly: true,
    run: (target) => openEncoder(theEncoder(target)!.runId),
  },
  {
    id: 'encoders.openRun',
    category: 'User encoders',
    label: 'Open the run that trained it',
    icon: 'pulse',
    enabled: (target) => !!theEncoder(target),
    menuOnly: true,
    run: (target) => runCommand('runs.open', { runIds: [theEncoder(target)!.runId] }),
  },
  {
    id: 'encoders.copy',
    category: 'User encoders',
    label: 'Copy the lines that use it in an experiment',
    icon: 'copy',
    enabled: (target) => !!theEncoder(target),
    run: copyEncoder,
  },
  {
    id: 'models.open',
    category: 'Language models',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (target) => !!theModel(target),
    menuOnly: true,
    run: (target) => openModel(theModel(target)!.name),
  },
  {
    id: 'models.remove',
    category: 'Language models',
    label: 'Remove',
    icon: 'trash',
    enabled: (target) => !!theModel(target),
    run: removeModel,
  },
];
