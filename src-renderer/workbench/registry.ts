import type { ComponentType } from 'react';

/** What a command acts on: the row of a tree, the active editor, or what a button stands beside. */
export interface Target {
  runIds?: string[];
  datasetName?: string;
  modelName?: string;
  experimentPath?: string;
  /** A user of the dataset `datasetName`. */
  userId?: number;
  importId?: string;
  exportId?: string;
  /** A tab. */
  editorId?: string;
}

export interface Command {
  id: string;
  /** Shown before the label in the palette: "Runs: Stop". */
  category: string;
  label: string;
  icon?: string;
  /** Shortcuts as written for people: "Ctrl+Shift+P"; a chord is two of them separated by a space. */
  keys?: string[];
  /** Left out: always. Called with the target the command would act on. */
  enabled?: (target: Target) => boolean;
  /** Acts on a row or a link that names its target: menus offer it, the palette does not. */
  menuOnly?: boolean;
  run(target: Target): unknown;
}

/** One activity: an icon in the activity bar and its tree in the side bar. */
export interface ViewContainer {
  id: string;
  label: string;
  icon: string;
  order: number;
  component: ComponentType<object>;
  /** Ids of the commands whose icons stand in the view's title. */
  actions?: string[];
}

/** What an editor needs to be opened again: plain data, stored with the layout. */
export type EditorParams = Record<string, string | string[]>;

export interface EditorProps {
  /** The tab's id; one editor per id. */
  editorId: string;
  params: EditorParams;
  /** Whether the tab is the visible one of its group. */
  visible: boolean;
}

export interface EditorType {
  type: string;
  icon: string;
  component: ComponentType<EditorProps>;
  /** Same key, same tab. */
  key(params: EditorParams): string;
  title(params: EditorParams): string;
  target?(params: EditorParams): Target;
}

/** A tab that one feature adds inside another feature's editor. */
export interface EditorTab {
  id: string;
  label: string;
  order: number;
  component: ComponentType<EditorProps>;
  /** Left out: always shown. */
  visible?(target: Target): boolean;
}

export interface PanelView {
  id: string;
  label: string;
  order: number;
  component: ComponentType<object>;
  /** Renders a small count beside the label. */
  badge?: ComponentType;
}

export interface StatusItem {
  id: string;
  side: 'left' | 'right';
  order: number;
  component: ComponentType;
}

/** A line of quick open. */
export interface QuickItem {
  id: string;
  label: string;
  description?: string;
  icon: string;
  open(): void;
}

export interface MenuItem {
  command: string;
  /** Groups are separated by a line and sorted by name. */
  group: string;
}

/** Steps of the welcome page, in order. */
export interface WelcomeStep {
  order: number;
  component: ComponentType;
}

/** Everything the features have contributed. Filled once, before the first render. */
export class Registry {
  readonly commands = new Map<string, Command>();
  readonly views: ViewContainer[] = [];
  readonly editors = new Map<string, EditorType>();
  readonly panels: PanelView[] = [];
  readonly statusItems: StatusItem[] = [];
  readonly quickSources: (() => QuickItem[])[] = [];
  readonly welcomeSteps: WelcomeStep[] = [];
  private readonly tabs = new Map<string, EditorTab[]>();
  private readonly menus = new Map<string, MenuItem[]>();

  command(...commands: Command[]): void {
    for (const command of commands) {
      if (this.commands.has(command.id)) throw new Error(`registry: two commands are called "${command.id}"`);
      this.commands.set(command.id, command);
    }
  }

  view(view: ViewContainer): void {
    this.views.push(view);
    this.views.sort((a, b) => a.order - b.order);
  }

  editor(editor: EditorType): void {
    this.editors.set(editor.type, editor);
  }

  editorTab(editorType: string, tab: EditorTab): void {
    this.tabs.set(
      editorType,
      [...this.editorTabs(editorType), tab].toSorted((a, b) => a.order - b.order),
    );
  }

  editorTabs(editorType: string): EditorTab[] {
    return this.tabs.get(editorType) ?? [];
  }

  panel(panel: PanelView): void {
    this.panels.push(panel);
    this.panels.sort((a, b) => a.order - b.order);
  }

  status(item: StatusItem): void {
    this.statusItems.push(item);
    this.statusItems.sort((a, b) => a.order - b.order);
  }

  quickOpen(source: () => QuickItem[]): void {
    this.quickSources.push(source);
  }

  welcome(step: WelcomeStep): void {
    this.welcomeSteps.push(step);
    this.welcomeSteps.sort((a, b) => a.order - b.order);
  }

  /** Adds commands to a menu that another feature shows, without either knowing the other. */
  menu(menuId: string, ...items: MenuItem[]): void {
    this.menus.set(menuId, [...(this.menus.get(menuId) ?? []), ...items]);
  }

  menuItems(menuId: string): MenuItem[] {
    return (this.menus.get(menuId) ?? []).toSorted((a, b) => a.group.localeCompare(b.group));
  }
}

export const registry = new Registry();
