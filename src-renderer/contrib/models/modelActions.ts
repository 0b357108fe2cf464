import { call } from '../../state/backend.ts';
import { models } from '../../state/stores.ts';
import { confirmDanger } from '../../workbench/dialogs.ts';
import { closeEditorsOf, openEditor } from '../../workbench/editors.ts';
import type { Command, Target } from '../../workbench/registry.ts';

const theModel = (target: Target) => models.use.getState().value.find((model) => model.name === target.modelName);

export function openModel(name: string): void {
  openEditor('model', { name });
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
  { id: 'models.refresh', category: 'Language models', label: 'Refresh', icon: 'refresh', run: () => models.refresh() },
  {
    id: 'models.open',
    category: 'Language models',
    label: 'Open',
    icon: 'go-to-file',
    enabled: (target) => !!theModel(target),
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
