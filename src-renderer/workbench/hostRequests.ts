import type { HostMessage } from '../../src-shared/hostMessages.ts';
import { call } from '../state/backend.ts';
import { useDroppedPath } from '../state/droppedPath.ts';
import { pathOfDroppedFile } from '../transport/host.ts';
import { runCommand } from './commands.ts';
import { activeTarget, dirtyTitles, discardAll, saveAll, useEditors } from './editors.ts';
import { notifyError } from './errorHelp.ts';
import { notify } from './notifications.ts';

/** Does what the desktop's menus and the system ask for. */
export function followHost(): void {
  window.userllmHost?.onMessage(obey);
}

function obey(message: HostMessage): void {
  if (message.type === 'command') runCommand(message.id, activeTarget());
  else if (message.type === 'open') openPath(message.path);
  else if (message.type === 'save-all') void saveAllFor(message.request);
  else if (message.type === 'discard-all') {
    discardAll();
    window.userllmHost?.settleUnsaved(message.request, true);
  } else notify({ severity: 'warning', message: message.text });
}

/** The host waits for it: what could not be saved keeps the window open. */
async function saveAllFor(request: number): Promise<void> {
  try {
    await saveAll();
    window.userllmHost?.settleUnsaved(request, true);
  } catch (error) {
    notifyError(error, 'Save all');
    window.userllmHost?.settleUnsaved(request, false);
  }
}

/**
 * Unsaved changes are not lost without a question: the desktop asks about those that it is told of when its window closes or shows another
 * workspace; a browser asks by itself, in words of its own.
 */
export function guardUnsavedChanges(page: Window): void {
  const host = page.userllmHost;
  if (!host) {
    page.addEventListener('beforeunload', (event) => {
      if (useEditors.getState().dirty.size > 0) event.preventDefault();
    });
    return;
  }
  host.setUnsaved([]);
  useEditors.subscribe((now, before) => {
    if (now.dirty !== before.dirty) host.setUnsaved(dirtyTitles());
  });
}

/** An experiment file is opened, from elsewhere as a copy; anything else is looked at for import. */
export function openPath(path: string): void {
  if (path.endsWith('.experiment.jsonc')) void openExperimentFile(path);
  else {
    useDroppedPath.setState({ path });
    runCommand('datasets.import', {});
  }
}

async function openExperimentFile(path: string): Promise<void> {
  try {
    const file = await call('experiments.add', { path });
    runCommand('experiments.open', { experimentPath: file.path });
    if (file.path !== path) notify({ severity: 'info', message: `${path} is opened as a copy in this workspace: ${file.name}.` });
  } catch (error) {
    notifyError(error);
  }
}

/** Files dropped anywhere on the window are opened; views that take them themselves come first. */
export function acceptDrops(page: Window): void {
  page.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  page.addEventListener('drop', (event) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    const [file] = event.dataTransfer.files;
    const path = file && pathOfDroppedFile(file);
    if (path) openPath(path);
    else {
      runCommand('datasets.import', {});
      notify({ severity: 'info', message: 'A browser does not tell where a dropped file lies. Type its path, or browse for it.' });
    }
  });
}
