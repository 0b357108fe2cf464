import type { RunSummary } from '../../src-shared/run.ts';
import { runShare } from '../state/runProgress.ts';
import { isRunActive, runById, runs } from '../state/stores.ts';
import { countOf } from '../widgets/format.ts';
import { runCommand } from './commands.ts';
import { type NotificationAction, notify, showProgress, withdraw } from './notifications.ts';

interface Together {
  /** What they make up, as a sentence begins: "The reproduction". */
  title: string;
  started: readonly RunSummary[];
  /** Leads to where their results stand. */
  open: NotificationAction;
}

/** One notification for runs that were started together: how many are done, with a way to stop them all, and how they ended. */
export async function followTogether({ title, started, open }: Together): Promise<void> {
  const ids = started.map(({ id }) => id);
  const key = `together:${ids.join()}`;
  await runs.refresh();
  const look = () => {
    const found = ids.flatMap((id) => runById(id) ?? []);
    if (found.some(isRunActive)) showTogether(key, title, found, open);
    else {
      unsubscribe();
      announceEnd(key, title, found, open);
    }
  };
  const unsubscribe = runs.use.subscribe(look);
  look();
}

const completedOf = (found: RunSummary[]) => found.filter(({ status }) => status === 'completed').length;

function showTogether(key: string, title: string, found: RunSummary[], open: NotificationAction): void {
  const share = found.reduce((sum, run) => sum + runShare(run), 0) / found.length;
  const note = `${completedOf(found)} of ${countOf(found.length, 'run')} completed`;
  const stop = { label: 'Stop and save', run: () => runCommand('runs.stop', { runIds: found.map(({ id }) => id) }) };
  showProgress({ key, message: title, share, note, actions: [stop, open], isToast: true });
}

function announceEnd(key: string, title: string, found: RunSummary[], open: NotificationAction): void {
  const failed = found.filter(({ status }) => status === 'failed' || status === 'interrupted').length;
  const message = `${title}: ${completedOf(found)} of ${countOf(found.length, 'run')} completed`;
  if (failed > 0) notify({ key, severity: 'warning', message: `${message}, ${failed} failed or interrupted.`, actions: [open] });
  else if (completedOf(found) === found.length && found.length > 0)
    notify({ key, severity: 'info', message: `${message}.`, actions: [open] });
  else withdraw(key);
}
