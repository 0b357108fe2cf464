import type { DockviewApi, SerializedDockview } from 'dockview-react';
import { create } from 'zustand';
import { messageOf } from '../state/backend.ts';
import { appendOutput, WORKBENCH_CHANNEL } from '../state/output.ts';
import { ask } from './dialogs.ts';
import { type EditorParams, registry, type Target } from './registry.ts';
import { getSetting, setSetting } from './settings.ts';

const EDITORS_KEY = 'workbench.editors';

/** What an open editor offers to commands. */
export interface EditorActions {
  save?(): Promise<void>;
  run?(): Promise<void>;
}

export interface OpenEditor {
  id: string;
  type: string;
  params: EditorParams;
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
}

function openEditorOf(panel: { id: string; params?: object } | undefined): OpenEditor | null {
  const data = panel?.params as PanelData | undefined;
  return panel && data ? { id: panel.id, ...data } : null;
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
  api.onDidRemovePanel((panel) => setDirty(panel.id, false));
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

/** Shows the editor of this thing: its tab when it is open, a new one otherwise (`beside`: in a group to the right). */
export function openEditor(type: string, params: EditorParams, options: { beside?: boolean } = {}): void {
  const descriptor = registry.editors.get(type);
  if (!descriptor || !dock) return;
  const id = editorId(type, params);
  const existing = dock.getPanel(id);
  if (existing) {
    existing.api.updateParameters({ type, params });
    existing.api.setActive();
    return;
  }
  const reference = dock.activePanel;
  const position = options.beside && reference ? { position: { referencePanel: reference, direction: 'right' as const } } : {};
  dock.addPanel({ id, component: 'editor', title: descriptor.title(params), params: { type, params } satisfies PanelData, ...position });
}

export function setEditorTitle(id: string, title: string): void {
  const panel = dock?.getPanel(id);
  if (panel && panel.title !== title) panel.api.setTitle(title);
}

export function setDirty(id: string, isDirty: boolean): void {
  const { dirty } = useEditors.getState();
  if (dirty.has(id) === isDirty) return;
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
  if (useEditors.getState().dirty.has(id) && !(await mayLoseChanges(id, panel.title ?? ''))) return false;
  panel.api.close();
  return true;
}

async function mayLoseChanges(id: string, title: string): Promise<boolean> {
  const choice = await ask(`Save the changes to ${title}?`, 'They are lost if you do not save them.', [
    { id: 'save', label: 'Save', kind: 'primary' },
    { id: 'discard', label: "Don't save" },
  ]);
  if (choice === 'save') await actions.get(id)?.save?.();
  return choice !== null;
}

export async function closeAllEditors(): Promise<void> {
  for (const editor of useEditors.getState().open) if (!(await closeEditor(editor.id))) return;
}

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
