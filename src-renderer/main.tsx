import '@vscode/codicons/dist/codicon.css';
import 'dockview-react/dist/styles/dockview.css';
import './workbench/styles/tokens.css';
import './workbench/styles/base.css';
import './workbench/styles/shell.css';
import './workbench/styles/editors.css';
import './workbench/styles/overlays.css';
import './workbench/styles/notifications.css';
import './workbench/styles/controls.css';
import './workbench/styles/lists.css';
import './workbench/styles/pages.css';
import './workbench/styles/charts.css';
import './workbench/styles/files.css';
import './workbench/styles/settings.css';
import { createRoot } from 'react-dom/client';
import { contributeAll } from './contrib/contributions.ts';
import { startBackend } from './state/backend.ts';
import { loadPreferences } from './state/preferences.ts';
import { startStores } from './state/stores.ts';
import { connectToHost } from './transport/host.ts';
import { installKeybindings } from './workbench/commands.ts';
import { ErrorBoundary } from './workbench/ErrorBoundary.tsx';
import { acceptDrops, followHost, guardUnsavedChanges } from './workbench/hostRequests.ts';
import { restoreLayout } from './workbench/layout.ts';
import { fetchAhead } from './workbench/lazy.tsx';
import { registry } from './workbench/registry.ts';
import { loadSettings, saveSettings } from './workbench/settings.ts';
import { followTheme, showRememberedTheme } from './workbench/theme.ts';
import { Workbench } from './workbench/Workbench.tsx';

/** How long the first paint waits for the stored layout; a backend that is slower finds the usual one on the screen. */
const LAYOUT_WAIT_MS = 1500;

/** Starts the page: theme, connection, features, the layout of the last visit, and then the workbench. */
async function start(): Promise<void> {
  showRememberedTheme();
  startBackend(connectToHost());
  contributeAll();
  await Promise.race([
    Promise.all([loadSettings().then(restoreLayout), loadPreferences()]),
    new Promise((resolve) => setTimeout(resolve, LAYOUT_WAIT_MS)),
  ]);
  // Asked last: the lists of a large workspace would keep the answers before from the first paint.
  const areListsThere = startStores();
  followTheme();
  installKeybindings(window);
  acceptDrops(window);
  guardUnsavedChanges(window);
  window.addEventListener('pagehide', () => void saveSettings());
  createRoot(document.getElementById('root')!).render(
    <ErrorBoundary>
      <Workbench />
    </ErrorBoundary>,
  );
  followHost();
  await areListsThere;
  requestIdleCallback(fetchLargeParts);
}

/** The large parts of the page that most visits come to need: the first run opens as fast as the next. */
function fetchLargeParts(): void {
  fetchAhead(registry.editors.get('run')!.component);
  void import('./widgets/charts/plotly.ts');
}

void start();
