import type { HostMessage } from '../../src-shared/hostMessages.ts';
import { call, messageOf } from '../state/backend.ts';
import { pathOfCopy, useDroppedPath } from '../state/droppedPath.ts';
import { type Dropped, readDrop } from '../transport/droppedFiles.ts';
import { pathOfDroppedFile } from '../transport/host.ts';
import { runCommand } from './commands.ts';
import { activeTarget } from './editors.ts';
import { notify } from './notifications.ts';

/** Does what the desktop's menus and the system ask for. */
export function followHost(): void {
  window.userllmHost?.onMessage(obey);
}

function obey(message: HostMessage): void {
  if (message.type === 'command') runCommand(message.id, activeTarget());
  else if (message.type === 'open') openPath(message.path);
  else notify({ severity: 'warning', message: message.text });
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
    notify({ severity: 'error', message: messageOf(error) });
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
