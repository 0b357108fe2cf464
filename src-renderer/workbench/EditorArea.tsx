import {
  DockviewReact,
  type DockviewTheme,
  type IDockviewHeaderActionsProps,
  type IDockviewPanelHeaderProps,
  type IDockviewPanelProps,
} from 'dockview-react';
import { type MouseEvent, type RefObject, useEffect, useReducer, useRef, useState } from 'react';
import { useColorScheme } from '../state/colorScheme.ts';
import { ChartLinkContext } from '../widgets/charts/linking.ts';
import { IconButton, Loading } from '../widgets/controls.tsx';
import { Icon } from '../widgets/Icon.tsx';
import { showMenu } from './ContextMenu.tsx';
import { runCommand } from './commands.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { attachDock, keepEditor, type PanelData, setPinned, splitActive, useEditors } from './editors.ts';
import { Waiting } from './lazy.tsx';
import { registry } from './registry.ts';
import { Welcome } from './Welcome.tsx';

const THEMES: Record<'dark' | 'light', DockviewTheme> = {
  dark: { name: 'userllm-dark', className: 'dockview-theme-userllm', colorScheme: 'dark', tabGroupIndicator: 'none' },
  light: { name: 'userllm-light', className: 'dockview-theme-userllm', colorScheme: 'light', tabGroupIndicator: 'none' },
};

/** Editor groups with tabs, splits and drag; the welcome page while nothing is open. */
export function EditorArea() {
  const scheme = useColorScheme();
  return (
    <main className="editor-area" aria-label="Editors">
      <DockviewReact
        theme={THEMES[scheme]}
        components={{ editor: EditorHost }}
        defaultTabComponent={EditorTab}
        rightHeaderActionsComponent={GroupActions}
        watermarkComponent={Welcome}
        disableFloatingGroups
        onReady={({ api }) => attachDock(api)}
      />
    </main>
  );
}

function usePanelVisible(api: IDockviewPanelProps['api']): boolean {
  const [visible, setVisible] = useState(api.isVisible);
  useEffect(() => {
    const subscription = api.onDidVisibilityChange((event) => setVisible(event.isVisible));
    return () => subscription.dispose();
  }, [api]);
  return visible;
}

function EditorHost({ api, params }: IDockviewPanelProps<PanelData>) {
  const visible = usePanelVisible(api);
  const descriptor = registry.editors.get(params.type);
  if (!descriptor) return null;
  return (
    <section className="editor-host" aria-label={api.title}>
      <ErrorBoundary>
        <Waiting value={<Loading what="the editor" />}>
          <ChartLinkContext value={api.id}>
            <descriptor.component editorId={api.id} params={params.params} visible={visible} />
          </ChartLinkContext>
        </Waiting>
      </ErrorBoundary>
    </section>
  );
}

/** The tab that is shown stays in view whole, also where the list of hidden tabs appears and takes some of the room. */
function useTabInView(api: IDockviewPanelHeaderProps['api'], content: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const tab = content.current?.closest('.dv-tab');
    if (!tab?.parentElement) return;
    const show = () => api.isVisible && tab.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    const resized = new ResizeObserver(show);
    resized.observe(tab.parentElement);
    const subscription = api.onDidVisibilityChange(show);
    return () => {
      resized.disconnect();
      subscription.dispose();
    };
  }, [api, content]);
}

function EditorTab({ api, params }: IDockviewPanelHeaderProps<PanelData>) {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const editor = useEditors((state) => state.open.find((each) => each.id === api.id));
  const content = useRef<HTMLDivElement>(null);
  useTabInView(api, content);
  useEffect(() => {
    const subscription = api.onDidTitleChange(render);
    return () => subscription.dispose();
  }, [api]);
  const onAuxClick = (event: MouseEvent) => event.button === 1 && runCommand('editor.close', { editorId: api.id });
  const onContextMenu = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
    showMenu('tab', { editorId: api.id }, { x: event.clientX, y: event.clientY });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the docking library's tab around it has the role; every action is a command, too
    <div
      ref={content}
      className={`editor-tab ${editor?.preview ? 'editor-tab-preview' : ''}`}
      onAuxClick={onAuxClick}
      onDoubleClick={() => keepEditor(api.id)}
      onContextMenu={onContextMenu}
      title={editor?.preview ? `${api.title} (preview: double-click keeps it open)` : api.title}
    >
      <Icon name={registry.editors.get(params.type)?.icon ?? 'file'} />
      <span className="editor-tab-title">{api.title}</span>
      {editor?.pinned ? <UnpinButton id={api.id} title={api.title ?? ''} /> : <CloseButton id={api.id} title={api.title ?? ''} />}
    </div>
  );
}

const keepFromTab = (event: { stopPropagation(): void }) => event.stopPropagation();

function UnpinButton({ id, title }: { id: string; title: string }) {
  return (
    <IconButton
      icon="pinned"
      className="tab-close tab-pinned"
      label={`Unpin ${title}`}
      tabIndex={-1}
      onPointerDown={keepFromTab}
      onClick={(event) => {
        event.stopPropagation();
        setPinned(id, false);
      }}
    />
  );
}

function CloseButton({ id, title }: { id: string; title: string }) {
  const dirty = useEditors((state) => state.dirty.has(id));
  return (
    <IconButton
      icon={dirty ? 'circle-filled' : 'close'}
      className={dirty ? 'tab-close tab-dirty' : 'tab-close'}
      label={dirty ? `Close ${title} (unsaved changes)` : `Close ${title}`}
      tabIndex={-1}
      onPointerDown={keepFromTab}
      onClick={(event) => {
        event.stopPropagation();
        runCommand('editor.close', { editorId: id });
      }}
    />
  );
}

function GroupActions({ panels, activePanel }: IDockviewHeaderActionsProps) {
  if (!activePanel || panels.length < 2) return null;
  return (
    <div className="group-actions">
      <IconButton
        icon="split-horizontal"
        label="Move editor into a group to the right"
        onClick={() => {
          activePanel.api.setActive();
          splitActive('right');
        }}
      />
    </div>
  );
}
