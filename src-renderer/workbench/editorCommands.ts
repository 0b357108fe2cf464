import {
  activeEditorActions,
  canReopen,
  canSplit,
  closeAllEditors,
  closeEditor,
  closeEditorsRightOf,
  closeOtherEditors,
  editorsRightOf,
  focusNextGroup,
  hasNeighbours,
  hasSeveralGroups,
  keepEditor,
  reopenEditor,
  saveAll,
  setPinned,
  splitActive,
  stepEditor,
  useEditors,
} from './editors.ts';
import { type Command, registry, type Target } from './registry.ts';

const severalEditors = () => useEditors.getState().open.length > 1;

/** The tab a command acts on: the one of its menu, else the active one. */
function editorOf(target: Target) {
  const { open, active } = useEditors.getState();
  return open.find((editor) => editor.id === (target.editorId ?? active?.id));
}

/** Runs what the active editor holds; its tab stays beside that of the run. */
function runActive(): Promise<void> | undefined {
  keepEditor();
  return activeEditorActions().run?.();
}

const fileCommands: Command[] = [
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
    id: 'editor.saveAll',
    category: 'File',
    label: 'Save all',
    icon: 'save-all',
    keys: ['Ctrl+K S'],
    enabled: () => useEditors.getState().dirty.size > 0,
    run: saveAll,
  },
  {
    id: 'editor.run',
    category: 'Experiment',
    label: 'Run this experiment',
    icon: 'play',
    keys: ['Ctrl+Enter'],
    enabled: () => !!activeEditorActions().run,
    run: runActive,
  },
];

const tabCommands: Command[] = [
  {
    id: 'editor.close',
    category: 'View',
    label: 'Close editor',
    keys: ['Alt+W', 'Ctrl+F4', 'Ctrl+W'],
    enabled: (target) => !!editorOf(target),
    run: (target) => closeEditor(editorOf(target)!.id),
  },
  {
    id: 'editor.closeOthers',
    category: 'View',
    label: 'Close other editors of the group',
    enabled: (target) => !!editorOf(target) && hasNeighbours(editorOf(target)!.id),
    run: (target) => closeOtherEditors(editorOf(target)!.id),
  },
  {
    id: 'editor.closeRight',
    category: 'View',
    label: 'Close editors to the right',
    enabled: (target) => !!editorOf(target) && editorsRightOf(editorOf(target)!.id).length > 0,
    run: (target) => closeEditorsRightOf(editorOf(target)!.id),
  },
  {
    id: 'editor.closeAll',
    category: 'View',
    label: 'Close all editors',
    keys: ['Ctrl+K Ctrl+W'],
    enabled: () => useEditors.getState().open.some((editor) => !editor.pinned),
    run: closeAllEditors,
  },
  {
    id: 'editor.reopen',
    category: 'View',
    label: 'Reopen closed editor',
    keys: ['Ctrl+Shift+T'],
    enabled: canReopen,
    run: reopenEditor,
  },
  {
    id: 'editor.keep',
    category: 'View',
    label: 'Keep editor open',
    keys: ['Ctrl+K Enter'],
    enabled: (target) => editorOf(target)?.preview === true,
    run: (target) => keepEditor(editorOf(target)?.id),
  },
  {
    id: 'editor.pin',
    category: 'View',
    label: 'Pin editor',
    icon: 'pin',
    keys: ['Ctrl+K Shift+Enter'],
    enabled: (target) => editorOf(target)?.pinned === false,
    run: (target) => setPinned(editorOf(target)!.id, true),
  },
  {
    id: 'editor.unpin',
    category: 'View',
    label: 'Unpin editor',
    icon: 'pinned',
    enabled: (target) => editorOf(target)?.pinned === true,
    run: (target) => setPinned(editorOf(target)!.id, false),
  },
];

const groupCommands: Command[] = [
  {
    id: 'editor.next',
    category: 'View',
    label: 'Next editor',
    keys: ['Ctrl+PageDown', 'Alt+PageDown'],
    enabled: severalEditors,
    run: () => stepEditor(1),
  },
  {
    id: 'editor.previous',
    category: 'View',
    label: 'Previous editor',
    keys: ['Ctrl+PageUp', 'Alt+PageUp'],
    enabled: severalEditors,
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
];

/** What can be done with editors, their tabs and their groups. */
export function contributeEditorCommands(): void {
  registry.command(...fileCommands, ...tabCommands, ...groupCommands);
  registry.menu(
    'tab',
    { command: 'editor.close', group: '1' },
    { command: 'editor.closeOthers', group: '1' },
    { command: 'editor.closeRight', group: '1' },
    { command: 'editor.closeAll', group: '1' },
    { command: 'editor.keep', group: '2' },
    { command: 'editor.pin', group: '2' },
    { command: 'editor.unpin', group: '2' },
  );
}
