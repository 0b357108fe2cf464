import type { ErrorCode } from '../../src-shared/errors.ts';
import { messageOf } from '../state/backend.ts';
import { showPanel } from './layout.ts';
import { type NotificationAction, notify } from './notifications.ts';
import { registry } from './registry.ts';

/** The command that leads to where an error can be put right. */
const HELP: Partial<Record<ErrorCode, { label: string; command: string }>> = {
  'dataset-in-use': { label: 'Show runs', command: 'view.runs' },
  'dataset-not-found': { label: 'Import a dataset', command: 'datasets.import' },
  'disk-full': { label: 'Show what the workspace holds', command: 'workspace.engines' },
  'engine-unavailable': { label: 'Show engines', command: 'workspace.engines' },
  'experiment-invalid': { label: 'Show problems', command: 'panel.problems' },
  'model-not-found': { label: 'Show models', command: 'view.models' },
};

/** What goes with an error whose message does not say what to do: what the workbench wrote until then. */
const SHOW_OUTPUT: NotificationAction = { label: 'Show output', run: () => showPanel('output') };

function actionsFor(error: unknown): NotificationAction[] {
  const code = (error as { code?: ErrorCode }).code;
  const help = code && HELP[code];
  const command = help && registry.commands.get(help.command);
  if (command) return [{ label: help.label, run: () => void command.run({}) }];
  return code === undefined || code === 'internal' ? [SHOW_OUTPUT] : [];
}

/** Says what has gone wrong, and leads to where it can be put right. A wish of the person's own is no error. */
export function notifyError(error: unknown, what?: string): void {
  if ((error as { code?: unknown }).code === 'cancelled') return;
  const message = what ? `${what}: ${messageOf(error)}` : messageOf(error);
  notify({ severity: 'error', message, actions: actionsFor(error) });
}
