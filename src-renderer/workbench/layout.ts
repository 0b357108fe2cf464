import { create } from 'zustand';
import { getSetting, setSetting } from './settings.ts';

export interface LayoutState {
  activeView: string;
  sideBarVisible: boolean;
  sideBarWidth: number;
  panelVisible: boolean;
  panelHeight: number;
  activePanel: string;
}

const LAYOUT_KEY = 'workbench.layout';
export const SIDE_BAR = { smallest: 180, largest: 640, usual: 270 };
export const PANEL = { smallest: 100, largest: 700, usual: 200 };

/** Where everything of the shell stands; the editor groups are kept apart by the docking library. */
export const useLayout = create<LayoutState>(() => ({
  activeView: 'datasets',
  sideBarVisible: true,
  sideBarWidth: SIDE_BAR.usual,
  panelVisible: false,
  panelHeight: PANEL.usual,
  activePanel: 'jobs',
}));

export function setLayout(change: Partial<LayoutState>): void {
  useLayout.setState(change);
  setSetting(LAYOUT_KEY, useLayout.getState());
}

/** Takes over what the last session left, ignoring what does not fit. */
export function restoreLayout(): void {
  const stored = getSetting<Partial<Record<string, unknown>>>(LAYOUT_KEY, {});
  const current = useLayout.getState() as unknown as Record<string, unknown>;
  const fitting = Object.entries(stored ?? {}).filter(([key, value]) => typeof value === typeof current[key]);
  useLayout.setState(Object.fromEntries(fitting));
}

export function showView(id: string): void {
  setLayout({ activeView: id, sideBarVisible: true });
}

export function toggleView(id: string): void {
  const { activeView, sideBarVisible } = useLayout.getState();
  setLayout({ activeView: id, sideBarVisible: activeView !== id || !sideBarVisible });
}

export function showPanel(id: string): void {
  setLayout({ activePanel: id, panelVisible: true });
}
