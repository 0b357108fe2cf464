import { ActivityBar } from './ActivityBar.tsx';
import { ContextMenu } from './ContextMenu.tsx';
import { EditorArea } from './EditorArea.tsx';
import { PANEL, SIDE_BAR, setLayout, useLayout } from './layout.ts';
import { NotificationCentre, Toasts } from './NotificationCentre.tsx';
import { ConnectionBanner, Dialog } from './Overlays.tsx';
import { Panel } from './Panel.tsx';
import { QuickInput } from './QuickInput.tsx';
import { Sash } from './Sash.tsx';
import { SideBar } from './SideBar.tsx';
import { StatusBar } from './StatusBar.tsx';

/** The whole window. */
export function Workbench() {
  const { sideBarVisible, sideBarWidth, panelVisible, panelHeight } = useLayout();
  return (
    <div className="workbench">
      <ConnectionBanner />
      <div className="workbench-middle">
        <ActivityBar />
        {sideBarVisible && (
          <>
            <SideBar />
            <Sash
              {...SIDE_BAR}
              label="Side bar width"
              direction="vertical"
              sign={1}
              value={sideBarWidth}
              onChange={(value) => setLayout({ sideBarWidth: value })}
            />
          </>
        )}
        <div className="workbench-center">
          <EditorArea />
          {panelVisible && (
            <>
              <Sash
                {...PANEL}
                label="Panel height"
                direction="horizontal"
                sign={-1}
                value={panelHeight}
                onChange={(value) => setLayout({ panelHeight: value })}
              />
              <Panel />
            </>
          )}
        </div>
      </div>
      <StatusBar />
      <Toasts />
      <NotificationCentre />
      <QuickInput />
      <Dialog />
      <ContextMenu />
    </div>
  );
}
