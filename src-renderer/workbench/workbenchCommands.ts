import { useScheme } from '../state/colorScheme.ts';
import { isEnabled, recentCommands, runCommand } from './commands.ts';
import {
  activeEditorActions,
  activeTarget,
  canSplit,
  closeAllEditors,
  closeEditor,
  focusNextGroup,
  hasSeveralGroups,
  openEditor,
  splitActive,
  stepEditor,
  useEditors,
} from './editors.ts';
import { displayKeys } from './keys.ts';
import { setLayout, showView, type ThemeChoice, toggleView, useLayout } from './layout.ts';
import { quickPick } from './QuickInput.tsx';
import { type Command, registry } from './registry.ts';

const someEditor = () => useEditors.getState().active !== null;

/** The command palette: what was used lately first, then everything that can be done now. */
async function showCommands(): Promise<void> {
  const target = activeTarget();
  const recent = recentCommands();
  const rank = (id: string) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  const name = (command: Command) => `${command.category}: ${command.label}`;
  const usable = [...registry.commands.values()].filter((command) => isEnabled(command, target));
  usable.sort((a, b) => rank(a.id) - rank(b.id) || name(a).localeCompare(name(b)));
  const items = usable.map((command) => ({
    id: command.id,
    label: name(command),
    keys: command.keys?.[0] && displayKeys(command.keys[0]),
    group: recent.length === 0 ? undefined : recent.includes(command.id) ? 'recently used' : 'other commands',
  }));
  const id = await quickPick({ placeholder: 'Type the name of a command', items, none: 'There are no commands' });
  if (id) runCommand(id, target, { remember: true });
}

/** Runs, datasets and experiment files by name. */
async function quickOpen(): Promise<void> {
  const items = registry.quickSources.flatMap((source) => source());
  const none = 'Nothing to open yet: import a dataset first';
  const id = await quickPick({ placeholder: 'Go to a run, dataset or experiment file', items, none });
  items.find((item) => item.id === id)?.open();
}

async function chooseTheme(): Promise<void> {
  const now = useLayout.getState().theme;
  const items = [
    { id: 'dark', label: 'Dark', icon: 'color-mode' },
    { id: 'light', label: 'Light', icon: 'color-mode' },
    { id: 'system', label: 'As the system', icon: 'device-desktop' },
  ].map((item) => ({ ...item, description: item.id === now ? 'in use' : undefined }));
  const theme = await quickPick({ placeholder: 'Choose a colour theme', items, none: 'There are no themes' });
  if (theme) setLayout({ theme: theme as ThemeChoice });
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
      run: () => setLayout({ theme: useScheme.getState().scheme === 'dark' ? 'light' : 'dark' }),
    },
  ];
}

function editorCommands(): Command[] {
  return [
    {
      id: 'editor.save',
      category: 'File',
      label: 'Save',
      icon: 'save',
      keys: ['Ctrl+S'],
      enabled: () => !!activeEditorActions().save,
      run: () => activeEditorActions().save?.(),
    },
    {
      id: 'editor.run',
      category: 'Experiment',
      label: 'Run this experiment',
      icon: 'play',
      keys: ['Ctrl+Enter'],
      enabled: () => !!activeEditorActions().run,
      run: () => activeEditorActions().run?.(),
    },
    {
      id: 'editor.close',
      category: 'View',
      label: 'Close editor',
      keys: ['Alt+W', 'Ctrl+F4', 'Ctrl+W'],
      enabled: someEditor,
      run: () => closeEditor(useEditors.getState().active?.id ?? ''),
    },
    {
      id: 'editor.closeAll',
      category: 'View',
      label: 'Close all editors',
      keys: ['Ctrl+K Ctrl+W'],
      enabled: someEditor,
      run: closeAllEditors,
    },
    {
      id: 'editor.next',
      category: 'View',
      label: 'Next editor',
      keys: ['Ctrl+PageDown', 'Alt+PageDown'],
      enabled: someEditor,
      run: () => stepEditor(1),
    },
    {
      id: 'editor.previous',
      category: 'View',
      label: 'Previous editor',
      keys: ['Ctrl+PageUp', 'Alt+PageUp'],
      enabled: someEditor,
      run: () => stepEditor(-1),
    },
    {
      id: 'editor.splitRight',
      category: 'View',
      label: 'Move editor into a group to the right',
      keys: ['Ctrl+\\'],
      enabled: canSplit,
      run: () => splitActive('right'),
    },
    {
      id: 'editor.splitDown',
      category: 'View',
      label: 'Move editor into a group below',
      keys: ['Ctrl+K Ctrl+\\'],
      enabled: canSplit,
      run: () => splitActive('below'),
    },
    {
      id: 'editor.nextGroup',
      category: 'View',
      label: 'Focus next editor group',
      keys: ['F6'],
      enabled: hasSeveralGroups,
      run: focusNextGroup,
    },
    {
      id: 'help.shortcuts',
      category: 'Help',
      label: 'Keyboard shortcuts',
      icon: 'keyboard',
      keys: ['Ctrl+K Ctrl+S'],
      run: () => openEditor('shortcuts', {}),
    },
  ];
}

/** The shell's own commands, and one per activity and panel to show it. */
export function contributeWorkbench(): void {
  registry.command(...layoutCommands(), ...editorCommands());
  registry.menu(
    'settings',
    { command: 'workbench.showCommands', group: '1' },
    { command: 'workbench.chooseTheme', group: '2' },
    { command: 'workbench.toggleTheme', group: '2' },
    { command: 'help.shortcuts', group: '3' },
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
