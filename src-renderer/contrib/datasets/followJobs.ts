import type { ExportProgress, ImportProgress } from '../../../src-shared/dataset.ts';
import { exports, imports, isImportActive } from '../../state/stores.ts';
import { runCommand } from '../../workbench/commands.ts';
import { openEditor } from '../../workbench/editors.ts';
import { exportJob, importJob } from '../../workbench/jobs.ts';
import { notify, showProgress, withdraw } from '../../workbench/notifications.ts';
import { openDataset } from './datasetActions.ts';

/** Notifications of imports and exports: how far they are, with a way to cancel, and how they ended. */
export function followDatasetJobs(): void {
  followImports();
  followExports();
}

function followImports(): void {
  let going: string[] = [];
  imports.use.subscribe(({ value }) => {
    const active = value.filter(isImportActive);
    for (const progress of active) showImport(progress);
    for (const importId of going) {
      const progress = value.find((each) => each.importId === importId);
      // A backend that was started again knows nothing of it.
      if (!progress) withdraw(`import:${importId}`);
      else if (!isImportActive(progress)) announceEnd(progress);
    }
    going = active.map(({ importId }) => importId);
  });
}

function showImport(progress: ImportProgress): void {
  const { key, title, share, note } = importJob(progress);
  const actions = [
    { label: 'Cancel', run: () => runCommand('datasets.cancelImport', { importId: progress.importId }) },
    { label: 'Show import', run: () => openEditor('import', {}) },
  ];
  showProgress({ key, message: title, share, note, actions });
}

/** Unless the person looks on. */
function announceEnd({ importId, phase, name, error }: ImportProgress): void {
  const key = `import:${importId}`;
  const isWatched = document.querySelector(`[data-import="${importId}"]`) !== null;
  if (isWatched || phase === 'cancelled') {
    withdraw(key);
    return;
  }
  const showImport = { label: 'Show import', run: () => openEditor('import', {}) };
  const open = { label: 'Open', run: () => openDataset(name) };
  if (phase === 'done') notify({ key, severity: 'info', message: `${name} has been imported.`, actions: [open] });
  else notify({ key, severity: 'error', message: error?.message ?? `${name} was not imported.`, actions: [showImport] });
}

/** How an export ended, who asked for it is told. */
function followExports(): void {
  let going: string[] = [];
  exports.use.subscribe(({ value }) => {
    const now = value.map((each) => exportJob(each).key);
    for (const progress of value) showExport(progress);
    for (const key of going) if (!now.includes(key)) withdraw(key);
    going = now;
  });
}

/** No editor shows an export, so the corner does. */
function showExport(progress: ExportProgress): void {
  const { key, title, share, note } = exportJob(progress);
  const cancel = { label: 'Cancel', run: () => runCommand('datasets.cancelExport', { exportId: progress.exportId }) };
  showProgress({ key, message: title, share, note, actions: [cancel], isToast: true });
}
