import { call } from '../../state/backend.ts';
import { runById, workspace } from '../../state/stores.ts';
import { ask, askText } from '../../workbench/dialogs.ts';
import { notifyError } from '../../workbench/errorHelp.ts';
import { notify, showProgress, withdraw } from '../../workbench/notifications.ts';
import type { Command, Target } from '../../workbench/registry.ts';

const theRun = ({ runIds = [] }: Target) => (runIds.length === 1 ? runById(runIds[0]!) : undefined);

/** A run whose fine-tuning is done has a language model to give away. */
const trainedRun = (target: Target) => {
  const run = theRun(target);
  return run?.stages.some(({ name, status }) => name === 'finetune' && status === 'done') ? run : undefined;
};

async function exportRun(target: Target): Promise<void> {
  const { id, name } = trainedRun(target)!;
  const { config } = await call('runs.get', { runId: id });
  const what = config.strategy === 'lora' ? await askWhat(name) : 'model';
  if (what === null) return;
  const path = await askText({
    title: `Export ${what === 'model' ? 'the language model' : 'the adapters'} of ${name}`,
    detail: 'A folder that is new or empty. What reads the user is written beside it, as user-path.safetensors.',
    label: 'Folder',
    initial: `${workspace.use.getState().value?.path ?? ''}/exports/${name.replace(/[^\p{L}\p{N}._-]+/gu, '-')}`,
    action: 'Export',
    check: (text) => (text.trim() === '' ? 'Name a folder.' : null),
  });
  if (path === null) return;
  const generationId = crypto.randomUUID();
  const key = `export:${generationId}`;
  showProgress({
    key,
    message: `Exporting ${name}`,
    share: null,
    note: `to ${path}`,
    actions: [{ label: 'Cancel', run: () => void call('models.stopGeneration', { generationId }) }],
    isToast: true,
  });
  try {
    const written = await call('runs.export', { runId: id, path, what, generationId });
    const add = { label: 'Add it to the models', run: () => void addModel(written.path) };
    notify({ key, severity: 'info', message: `Exported to ${written.path}.`, ...(what === 'model' && { actions: [add] }) });
  } catch (error) {
    withdraw(key);
    if ((error as { code?: unknown }).code !== 'cancelled') throw error;
    notify({ key, severity: 'info', message: `The export of ${name} was cancelled. Nothing was written.` });
  }
}

async function addModel(path: string): Promise<void> {
  try {
    const { name } = await call('models.add', { path });
    notify({ severity: 'info', message: `${name} is one of the language models now.` });
  } catch (error) {
    notifyError(error);
  }
}

async function askWhat(name: string): Promise<'model' | 'adapters' | null> {
  const detail =
    'The whole model has the adapters merged into its weights. The adapters alone are small; PEFT puts them on the base model.';
  const choice = await ask(`Export what of ${name}?`, detail, [
    { id: 'model', label: 'Whole model', kind: 'primary' },
    { id: 'adapters', label: 'Adapters' },
  ]);
  return choice as 'model' | 'adapters' | null;
}

export const exportRunCommand: Command = {
  id: 'runs.export',
  category: 'Runs',
  label: 'Export the language model',
  icon: 'export',
  enabled: (target) => !!trainedRun(target),
  run: exportRun,
};
