import type { HostMessage } from '../../src-shared/hostMessages.ts';
import { call } from '../state/backend.ts';
import { pathOfCopy, useDroppedPath } from '../state/droppedPath.ts';
import { type Dropped, readDrop } from '../transport/droppedFiles.ts';
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

/** Files dropped anywhere on the window are opened; editors and the docking layout, which have drops of their own, never see them. */
export function acceptDrops(page: Window): void {
  const onFiles = (type: 'dragover' | 'dragleave' | 'drop', handle: (transfer: DataTransfer, event: DragEvent) => void) =>
    page.addEventListener(
      type,
      (event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        event.stopPropagation();
        handle(event.dataTransfer, event);
      },
      { capture: true },
    );
  const hover = (isOver: boolean) => isOver !== useDroppedPath.getState().isOver && useDroppedPath.setState({ isOver });
  onFiles('dragover', () => hover(true));
  onFiles('dragleave', (_, { relatedTarget }) => relatedTarget === null && hover(false));
  onFiles('drop', (transfer) => {
    hover(false);
    const [file] = transfer.files;
    const path = file && pathOfDroppedFile(file);
    if (path) openPath(path);
    else void openCopy(readDrop(transfer));
  });
}

/** In a browser, which does not tell where a dropped file lies. */
async function openCopy(drop: Promise<Dropped | null>): Promise<void> {
  const dropped = await drop;
  if (!dropped) return void notify({ severity: 'info', message: 'What was dropped holds no files.' });
  if (!dropped.name.endsWith('.experiment.jsonc')) runCommand('datasets.import', {});
  const path = await pathOfCopy(dropped);
  if (path) openPath(path);
}
