import type { DockviewApi, SerializedDockview } from 'dockview-react';
import { create } from 'zustand';
import { messageOf } from '../state/backend.ts';
import { appendOutput, WORKBENCH_CHANNEL } from '../state/output.ts';
import { preference } from '../state/preferences.ts';
import { ask } from './dialogs.ts';
import { type EditorParams, registry, type Target } from './registry.ts';
import { getSetting, setSetting } from './settings.ts';

const EDITORS_KEY = 'workbench.editors';
const RECENT_KEY = 'workbench.recentEditors';
const RECENT_LENGTH = 50;
const CLOSED_LENGTH = 20;

/** What an open editor offers to commands. */
export interface EditorActions {
  save?(): Promise<void>;
  /** Forgets what is unsaved, for good. */
  discard?(): void;
  run?(): Promise<void>;
}

export interface OpenEditor {
  id: string;
  type: string;
  params: EditorParams;
  /** Opened by one click: the next one-click open takes its tab. */
  preview: boolean;
  /** Stays at the left of its group, and open when others are closed. */
  pinned: boolean;
}

interface EditorsState {
  active: OpenEditor | null;
  open: OpenEditor[];
  /** Ids of editors with unsaved changes. */
  dirty: ReadonlySet<string>;
}

export const useEditors = create<EditorsState>(() => ({ active: null, open: [], dirty: new Set() }));

let dock: DockviewApi | null = null;
const actions = new Map<string, EditorActions>();

export interface PanelData {
  type: string;
  params: EditorParams;
  preview?: boolean;
  pinned?: boolean;
}

export interface OpenOptions {
  /** In a group to the right. */
  beside?: boolean;
  /** In the tab that one-click opens share. */
  preview?: boolean;
}

/** Editors that were closed, the last one last. */
const closed: PanelData[] = [];

function openEditorOf(panel: { id: string; params?: object } | undefined): OpenEditor | null {
  const data = panel?.params as PanelData | undefined;
  return panel && data ? { id: panel.id, preview: false, pinned: false, ...data } : null;
}

function publish(): void {
  const open = dock?.panels.map(openEditorOf).filter((editor) => editor !== null) ?? [];
  useEditors.setState({ active: openEditorOf(dock?.activePanel), open });
}

/** Takes the docking library over, with the editors of the last session. */
export function attachDock(api: DockviewApi): void {
  dock = api;
  const stored = getSetting<SerializedDockview | null>(EDITORS_KEY, null);
  if (stored) restore(api, stored);
  publish();
  api.onDidLayoutChange(() => {
    publish();
    setSetting(EDITORS_KEY, api.toJSON());
  });
  api.onDidActivePanelChange(() => {
    publish();
    // One frame for the tab, one for the overflow button that it may bring.
    requestAnimationFrame(() => requestAnimationFrame(showActiveTab));
  });
  api.onDidRemovePanel((panel) => {
    setDirty(panel.id, false);
    closed.push({ ...(panel.params as PanelData), preview: false, pinned: false });
    closed.splice(0, closed.length - CLOSED_LENGTH);
  });
}

/** A tab that is opened past the end of a full strip is scrolled to. */
function showActiveTab(): void {
  document.querySelector('.dv-active-group .dv-tab.dv-active-tab')?.scrollIntoView({ inline: 'nearest', block: 'nearest' });
}

function restore(api: DockviewApi, stored: SerializedDockview): void {
  try {
    api.fromJSON(stored);
    for (const panel of [...api.panels]) {
      if (!registry.editors.has((panel.params as PanelData | undefined)?.type ?? '')) api.removePanel(panel);
    }
  } catch (error) {
    api.clear();
    appendOutput(WORKBENCH_CHANNEL, { atMs: Date.now(), level: 'warning', text: `the last layout was not restored: ${messageOf(error)}` });
  }
}

export function editorId(type: string, params: EditorParams): string {
  return `${type}:${registry.editors.get(type)?.key(params) ?? ''}`;
}

/** Shows the editor of this thing: its tab when it is open, a new one otherwise. */
export function openEditor(type: string, params: EditorParams, options: OpenOptions = {}): void {
  const descriptor = registry.editors.get(type);
  if (!descriptor || !dock) return;
  const id = editorId(type, params);
  rememberEditor(id);
  const existing = dock.getPanel(id);
  if (existing) {
    changePanel(id, { params, ...(options.preview ? {} : { preview: false }) });
    existing.api.setActive();
    return;
  }
  const preview = (options.preview ?? false) && preference('tabs.preview');
  addPanel({ id, title: descriptor.title(params), data: { type, params, preview }, beside: options.beside ?? false });
}

/** Adds a tab; a preview takes the place of the preview in its group. */
function addPanel({ id, title, data, beside }: { id: string; title: string; data: PanelData; beside: boolean }): void {
  const reference = dock!.activePanel;
  const replaced = data.preview && !beside ? reference?.group.panels.find((panel) => openEditorOf(panel)?.preview) : undefined;
  const position = beside && reference ? { position: { referencePanel: reference, direction: 'right' as const } } : {};
  const added = dock!.addPanel({ id, component: 'editor', title, params: data, ...position });
  if (!replaced) return;
  added.api.moveTo({ group: added.group, index: added.group.panels.indexOf(replaced) });
  replaced.api.close();
}

function changePanel(id: string, change: Partial<PanelData>): void {
  const panel = dock?.getPanel(id);
  if (!panel) return;
  panel.api.updateParameters({ ...(panel.params as PanelData), ...change });
  publish();
  setSetting(EDITORS_KEY, dock!.toJSON());
}

/** A preview becomes a tab of its own. */
export function keepEditor(id: string | undefined = useEditors.getState().active?.id): void {
  if (id !== undefined && openEditorOf(dock?.getPanel(id))?.preview) changePanel(id, { preview: false });
}

/** Pins a tab to the left of its group, behind the others that are, or lets it go. */
export function setPinned(id: string, pinned: boolean): void {
  const panel = dock?.getPanel(id);
  if (!panel) return;
  const { group } = panel;
  changePanel(id, { pinned, preview: false });
  const others = group.panels.filter((other) => other !== panel && openEditorOf(other)?.pinned);
  panel.api.moveTo({ group, index: others.length });
}

const rememberedEditors = (): unknown[] => {
  const recent = getSetting<unknown>(RECENT_KEY, []);
  return Array.isArray(recent) ? recent : [];
};

/** Ids of the editors that were opened, the last one first. */
export const recentEditors = (): string[] => rememberedEditors().filter((id) => typeof id === 'string');

function rememberEditor(id: string): void {
  setSetting(RECENT_KEY, [id, ...recentEditors().filter((other) => other !== id)].slice(0, RECENT_LENGTH));
}

export const canReopen = (): boolean => closed.length > 0;

/** Opens what was closed last, and not opened again since. */
export function reopenEditor(): void {
  for (let data = closed.pop(); data; data = closed.pop()) {
    if (dock?.getPanel(editorId(data.type, data.params))) continue;
    openEditor(data.type, data.params);
    return;
  }
}

export function setEditorTitle(id: string, title: string): void {
  const panel = dock?.getPanel(id);
  if (panel && panel.title !== title) panel.api.setTitle(title);
}

export function setDirty(id: string, isDirty: boolean): void {
  const { dirty } = useEditors.getState();
  if (dirty.has(id) === isDirty) return;
  if (isDirty) keepEditor(id);
  const next = new Set(dirty);
  if (isDirty) next.add(id);
  else next.delete(id);
  useEditors.setState({ dirty: next });
}

export function registerEditorActions(id: string, made: EditorActions): () => void {
  actions.set(id, made);
  return () => {
    if (actions.get(id) === made) actions.delete(id);
  };
}

export function activeEditorActions(): EditorActions {
  const { active } = useEditors.getState();
  return (active && actions.get(active.id)) ?? {};
}

export function activeTarget(): Target {
  const { active } = useEditors.getState();
  return (active && registry.editors.get(active.type)?.target?.(active.params)) ?? {};
}

/** Closes an editor, asking first when it would lose changes. False when the person keeps it open. */
export async function closeEditor(id: string): Promise<boolean> {
  const panel = dock?.getPanel(id);
  if (!panel) return true;
  if (isDirty(id)) {
    panel.api.setActive();
    if (!(await mayLoseChanges(id, panel.title ?? ''))) return false;
  }
  panel.api.close();
  return true;
}

const isDirty = (id: string): boolean => useEditors.getState().dirty.has(id);

/** Titles of the editors with unsaved changes. */
export const dirtyTitles = (): string[] => [...useEditors.getState().dirty].map((id) => dock?.getPanel(id)?.title ?? id);

/** Saves every editor with unsaved changes; one that cannot be saved is shown, and what is wrong with it thrown. */
export async function saveAll(): Promise<void> {
  for (const id of useEditors.getState().dirty) {
    try {
      await actions.get(id)?.save?.();
    } catch (error) {
      dock?.getPanel(id)?.api.setActive();
      throw error;
    }
  }
}

/** Gives up every unsaved change, and what is kept of it for the next start. */
export function discardAll(): void {
  for (const id of useEditors.getState().dirty) actions.get(id)?.discard?.();
}

async function mayLoseChanges(id: string, title: string): Promise<boolean> {
  const choice = await ask(`Save the changes to ${title}?`, 'They are lost if you do not save them.', [
    { id: 'save', label: 'Save', kind: 'primary' },
    { id: 'discard', label: "Don't save" },
  ]);
  if (choice === 'save') await actions.get(id)?.save?.();
  return choice !== null;
}

/** Closes these editors, pinned ones excepted, until the person keeps one. */
async function closeEditors(editors: readonly OpenEditor[]): Promise<void> {
  for (const editor of editors) if (!editor.pinned && !(await closeEditor(editor.id))) return;
}

export const closeAllEditors = (): Promise<void> => closeEditors(useEditors.getState().open);

/** The editors of a tab's group, from left to right. */
function groupOf(id: string): OpenEditor[] {
  return (dock?.getPanel(id)?.group.panels ?? []).map(openEditorOf).filter((editor) => editor !== null);
}

/** Whether closing the others of its group would close any. */
export const hasNeighbours = (id: string): boolean => groupOf(id).some((editor) => editor.id !== id && !editor.pinned);

export const closeOtherEditors = (id: string): Promise<void> => closeEditors(groupOf(id).filter((editor) => editor.id !== id));

/** Those that closing them would close. */
export const editorsRightOf = (id: string): OpenEditor[] => {
  const group = groupOf(id);
  return group.slice(group.findIndex((editor) => editor.id === id) + 1).filter((editor) => !editor.pinned);
};

export const closeEditorsRightOf = (id: string): Promise<void> => closeEditors(editorsRightOf(id));

/** Closes the editors of something that has gone. */
export function closeEditorsOf(isGone: (editor: OpenEditor) => boolean): void {
  for (const editor of useEditors.getState().open) if (isGone(editor)) dock?.getPanel(editor.id)?.api.close();
}

export function splitActive(direction: 'right' | 'below'): void {
  const panel = dock?.activePanel;
  if (!dock || !panel || panel.group.panels.length < 2) return;
  const group = dock.addGroup({ referencePanel: panel, direction });
  panel.api.moveTo({ group });
}

export function stepEditor(by: 1 | -1): void {
  const { open, active } = useEditors.getState();
  const at = open.findIndex((editor) => editor.id === active?.id);
  const next = open[(at + by + open.length) % open.length];
  if (next) dock?.getPanel(next.id)?.api.setActive();
}

/** Moves to the visible editor of the next group. */
export function focusNextGroup(): void {
  if (!dock?.activeGroup) return;
  const { groups, activeGroup } = dock;
  groups[(groups.indexOf(activeGroup) + 1) % groups.length]?.activePanel?.api.setActive();
}

export const hasSeveralGroups = (): boolean => (dock?.groups.length ?? 0) > 1;
export const canSplit = (): boolean => (dock?.activePanel?.group.panels.length ?? 0) > 1;
