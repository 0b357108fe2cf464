import { BrowserWindow, screen } from 'electron';
import { START_URL } from './appProtocol.ts';
import { type AppState, isVisible } from './appState.ts';
import { preloadPath } from './entries.ts';

const DEFAULT_SIZE = { width: 1400, height: 900 };
const SMALLEST_SIZE = { minWidth: 1024, minHeight: 700 };

/** Opens the workbench where it was last, if that place is still on a screen. */
export function openWorkbenchWindow(remembered: AppState['window']): BrowserWindow {
  const screens = screen.getAllDisplays().map((display) => display.workArea);
  const known = remembered && isVisible(remembered.bounds, screens) ? remembered : null;
  const window = new BrowserWindow({
    ...(known ? known.bounds : DEFAULT_SIZE),
    ...SMALLEST_SIZE,
    title: 'User-LLM Workbench',
    backgroundColor: '#1f1f1f',
    show: false,
    webPreferences: {
      preload: preloadPath,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (known?.maximized) window.maximize();
    window.show();
  });
  void window.loadURL(START_URL);
  return window;
}

export function describeWindow(window: BrowserWindow): NonNullable<AppState['window']> {
  return { bounds: window.getNormalBounds(), maximized: window.isMaximized() };
}
