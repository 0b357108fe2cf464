import { useScheme } from '../state/colorScheme.ts';
import { PREFERENCES } from '../state/preferenceList.ts';
import { changePreference, preference } from '../state/preferences.ts';
import { canZoom } from '../transport/host.ts';
import { isEnabled, recentCommands, runCommand } from './commands.ts';
import { contributeEditorCommands } from './editorCommands.ts';
import { activeTarget, openEditor, recentEditors, useEditors } from './editors.ts';
import { shownKeys } from './keybindings.ts';
import { setLayout, showView, toggleView, useLayout } from './layout.ts';
import { lazy } from './lazy.tsx';
import { contributeNotifications } from './notificationCommands.ts';
import { quickPick } from './QuickInput.tsx';
import { type Command, registry } from './registry.ts';

/** The command palette: what was used lately first, then everything that can be done now. */
async function showCommands(): Promise<void> {
  const target = activeTarget();
  const recent = recentCommands();
  const rank = (id: string) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  const name = (command: Command) => `${command.category}: ${command.label}`;
  const usable = [...registry.commands.values()].filter((command) => !command.menuOnly && isEnabled(command, target));
  usable.sort((a, b) => rank(a.id) - rank(b.id) || name(a).localeCompare(name(b)));
  const items = usable.map((command) => ({
    id: command.id,
    label: name(command),
    keys: shownKeys(command),
    group: recent.length === 0 ? undefined : recent.includes(command.id) ? 'recently used' : 'other commands',
  }));
  const id = await quickPick({ placeholder: 'Type the name of a command', items, none: 'There are no commands' });
  if (id) runCommand(id, target, { remember: true });
}

/** Runs, datasets and experiment files by name, what was open lately first. */
async function quickOpen(): Promise<void> {
  const recent = recentEditors();
  const rank = (id: string) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  const found = registry.quickSources.flatMap((source) => source()).sort((a, b) => rank(a.id) - rank(b.id));
  const items = found.map((item) => ({
    ...item,
    group: recent.length === 0 ? undefined : recent.includes(item.id) ? 'recently opened' : 'everything else',
  }));
  const none = 'Nothing to open yet: import a dataset first';
  const id = await quickPick({ placeholder: 'Go to a run, dataset or experiment file', items, none });
  found.find((item) => item.id === id)?.open();
}

async function chooseTheme(): Promise<void> {
  const now = preference('appearance.theme');
  const items = PREFERENCES['appearance.theme'].options.map(({ value, label }) => ({
    id: value,
    label,
    icon: value === 'system' ? 'device-desktop' : 'color-mode',
    description: value === now ? 'in use' : undefined,
  }));
  const theme = await quickPick({ placeholder: 'Choose a colour theme', items, none: 'There are no themes' });
  if (theme) await changePreference('appearance.theme', theme as typeof now);
}

/** Dark for light and light for dark, with the contrast as it is. */
function toggleTheme(): Promise<void> {
  const { theme } = useScheme.getState();
  const other = { dark: 'light', light: 'dark', 'contrast-dark': 'contrast-light', 'contrast-light': 'contrast-dark' } as const;
  return changePreference('appearance.theme', other[theme]);
}

function zoomBy(steps: number): Promise<void> {
  const { step, smallest, largest } = PREFERENCES['appearance.zoom'];
  const zoom = preference('appearance.zoom') + steps * step;
  return changePreference('appearance.zoom', Math.min(largest, Math.max(smallest, zoom)));
}

function togglePanel(): void {
  setLayout({ panelVisible: !useLayout.getState().panelVisible });
}

const FOCUS_WAIT_MS = 3000;

/** Focuses the first element that matches, as soon as there is one: a view may still be loading. */
function focus(selector: string, until = performance.now() + FOCUS_WAIT_MS): void {
  requestAnimationFrame(() => {
    const found = document.querySelector<HTMLElement>(selector);
    if (found) found.focus();
    else if (performance.now() < until) focus(selector, until);
  });
}

function layoutCommands(): Command[] {
  return [
    { id: 'workbench.showCommands', category: 'Help', label: 'Show all commands', keys: ['Ctrl+Shift+P', 'F1'], run: showCommands },
    { id: 'workbench.quickOpen', category: 'Go', label: 'Go to run, dataset or file', keys: ['Ctrl+P'], run: quickOpen },
    {
      id: 'workbench.toggleSideBar',
      category: 'View',
      label: 'Toggle side bar',
      keys: ['Ctrl+B'],
      run: () => toggleView(useLayout.getState().activeView),
    },
    { id: 'workbench.togglePanel', category: 'View', label: 'Toggle panel', keys: ['Ctrl+J'], run: togglePanel },
    {
      id: 'workbench.focusSideBar',
      category: 'View',
      label: 'Focus side bar',
      keys: ['Ctrl+0'],
      run: () => {
        showView(useLayout.getState().activeView);
        focus('.side-bar [role=tree], .side-empty button');
      },
    },
    {
      id: 'workbench.focusEditor',
      category: 'View',
      label: 'Focus editor',
      keys: ['Ctrl+1'],
      enabled: () => useEditors.getState().active !== null,
      run: () => focus('.dv-active-group [tabindex="0"]'),
    },
    {
      id: 'workbench.chooseTheme',
      category: 'Preferences',
      label: 'Colour theme',
      icon: 'symbol-color',
      keys: ['Ctrl+K Ctrl+T'],
      run: chooseTheme,
    },
    {
      id: 'workbench.toggleTheme',
      category: 'Preferences',
      label: 'Switch between light and dark theme',
      icon: 'color-mode',
      run: toggleTheme,
    },
    { id: 'workbench.zoomIn', category: 'View', label: 'Zoom in', keys: ['Ctrl+='], enabled: canZoom, run: () => zoomBy(1) },
    { id: 'workbench.zoomOut', category: 'View', label: 'Zoom out', keys: ['Ctrl+-'], enabled: canZoom, run: () => zoomBy(-1) },
    {
      id: 'workbench.resetZoom',
      category: 'View',
      label: 'Usual zoom',
      enabled: canZoom,
      run: () => changePreference('appearance.zoom', PREFERENCES['appearance.zoom'].default),
    },
    {
      id: 'workbench.settings',
      category: 'Preferences',
      label: 'Settings',
      icon: 'settings',
      keys: ['Ctrl+,'],
      run: () => openEditor('settings', {}),
    },
    ...(['user', 'workspace'] as const).map((scope) => ({
      id: `workbench.settingsJson.${scope}`,
      category: 'Preferences',
      label: `Settings as JSON (${scope})`,
      icon: 'json',
      run: () => openEditor('settingsJson', { scope }),
    })),
    {
      id: 'workbench.shortcuts',
      category: 'Preferences',
      label: 'Keyboard shortcuts',
      icon: 'keyboard',
      keys: ['Ctrl+K Ctrl+S'],
      run: () => openEditor('shortcuts', {}),
    },
  ];
}

function contributeSettingsEditors(): void {
  registry.editor({
    type: 'settings',
    icon: 'settings',
    component: lazy(() => import('./preferences/SettingsEditor.tsx')),
    key: () => '',
    title: () => 'Settings',
  });
  registry.editor({
    type: 'settingsJson',
    icon: 'json',
    component: lazy(() => import('./preferences/SettingsJsonEditor.tsx')),
    key: (params) => String(params.scope),
    title: (params) => `${params.scope === 'workspace' ? 'Workspace' : 'User'} settings (JSON)`,
  });
  registry.editor({
    type: 'shortcuts',
    icon: 'keyboard',
    component: lazy(() => import('./preferences/ShortcutsEditor.tsx')),
    key: () => '',
    title: () => 'Keyboard shortcuts',
  });
}

/** The shell's own commands, and the editors that show how it is set. */
export function contributeWorkbench(): void {
  registry.command(...layoutCommands());
  contributeEditorCommands();
  contributeNotifications();
  contributeSettingsEditors();
  registry.menu(
    'settings',
    { command: 'workbench.showCommands', group: '1' },
    { command: 'workbench.chooseTheme', group: '2' },
    { command: 'workbench.toggleTheme', group: '2' },
    { command: 'workbench.settings', group: '1' },
    { command: 'workbench.shortcuts', group: '1' },
  );
}

/** Called when every feature has contributed: a "show" command per activity and panel. */
export function contributeShowCommands(): void {
  registry.views.forEach((view, index) => {
    const keys = [['Ctrl+Shift+D'], ['Ctrl+Shift+E'], ['Ctrl+Shift+U']][index];
    const run = () => {
      showView(view.id);
      focus('.side-bar [role=tree], .side-empty button');
    };
    registry.command({ id: `view.${view.id}`, category: 'View', label: `Show ${view.label}`, icon: view.icon, keys, run });
  });
  for (const panel of registry.panels) {
    const run = () => {
      setLayout({ activePanel: panel.id, panelVisible: true });
      focus(`#panel-tab-${panel.id}`);
    };
    registry.command({ id: `panel.${panel.id}`, category: 'View', label: `Show ${panel.label}`, run });
  }
}
