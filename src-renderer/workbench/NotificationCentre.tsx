import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { usePreference } from '../state/preferences.ts';
import { Button, IconButton, ProgressBar } from '../widgets/controls.tsx';
import { formatDateTime } from '../widgets/format.ts';
import { Icon } from '../widgets/Icon.tsx';
import { runCommand } from './commands.ts';
import {
  clearNotifications,
  countUnread,
  dismiss,
  hideToast,
  type Notification,
  type NotificationAction,
  setCentreOpen,
  useNotifications,
} from './notifications.ts';
import { StatusEntry } from './StatusBar.tsx';

const ICONS = { info: 'info', warning: 'warning', error: 'error' } as const;
const CENTRE_ID = 'notification-centre';
const BELL = '.status-bar [aria-expanded]';

/** The latest messages, in the lower right corner. */
export function Toasts() {
  const list = useNotifications((state) => state.list);
  const toasts = list.filter((each) => each.isToast).toReversed();
  return (
    <section className="toasts" aria-label="New notifications">
      {toasts.map((notification) => (
        <Toast key={notification.id} notification={notification} />
      ))}
    </section>
  );
}

/** Information leaves by itself, unless the pointer or the focus is on it; warnings, errors and jobs wait to be closed. */
function Toast({ notification }: { notification: Notification }) {
  const { id, severity, progress } = notification;
  const seconds = usePreference('notifications.seconds');
  const [isHeld, setHeld] = useState(false);
  const leaves = severity === 'info' && progress === null && !isHeld;
  useEffect(() => {
    if (!leaves) return;
    const timer = setTimeout(() => hideToast(id), seconds * 1000);
    return () => clearTimeout(timer);
  }, [id, leaves, seconds]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only waits while it is read; its buttons do the rest
    <div
      className={`toast notification-${severity}`}
      role={severity === 'info' ? 'status' : 'alert'}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onKeyDown={(event) => event.key === 'Escape' && dismiss(id)}
    >
      <Content notification={notification} />
    </div>
  );
}

function Content({ notification }: { notification: Notification }) {
  const { id, severity, message, actions, progress } = notification;
  return (
    <>
      <Icon name={progress ? 'sync' : ICONS[severity]} spin={progress !== null} />
      <div className="notification-text">{message}</div>
      {/* A job that goes on is hidden in the corner; in the centre it stays. */}
      {(progress === null || notification.isToast) && (
        <IconButton icon="close" label={progress ? 'Hide' : 'Dismiss'} onClick={() => dismiss(id)} />
      )}
      {progress && (
        <div className="notification-progress" aria-live="off">
          <ProgressBar share={progress.share} label={message} />
          <span className="muted numeric">{progress.note}</span>
        </div>
      )}
      {actions.length > 0 && <Actions notification={notification} actions={actions} />}
    </>
  );
}

function Actions({ notification, actions }: { notification: Notification; actions: NotificationAction[] }) {
  return (
    <div className="notification-actions">
      {actions.map(({ label, run }, at) => (
        <Button
          key={label}
          kind={at === 0 && !notification.progress ? 'primary' : 'secondary'}
          onClick={() => {
            dismiss(notification.id);
            run();
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

/** Everything that has been said, and the jobs that go on, above the bell. */
export function NotificationCentre() {
  const isOpen = useNotifications((state) => state.isCentreOpen);
  return isOpen ? <OpenCentre /> : null;
}

function OpenCentre() {
  const list = useNotifications((state) => state.list);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    section.current?.focus();
    return () => {
      if (document.activeElement === document.body) (before instanceof HTMLElement && before.isConnected ? before : bell())?.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent) => event.key === 'Escape' && setCentreOpen(false);
  // The button has nothing left to do, and lets the focus go.
  const clear = () => {
    clearNotifications();
    section.current?.focus();
  };
  const said = list.filter((each) => each.progress === null);
  const sorted = [...list.filter((each) => each.progress !== null), ...said];
  return (
    <section ref={section} id={CENTRE_ID} className="notification-centre" aria-label="Notifications" tabIndex={-1} onKeyDown={onKeyDown}>
      <header className="notification-head">
        <h2>{list.length === 0 ? 'No notifications' : 'Notifications'}</h2>
        <IconButton icon="clear-all" label="Clear all notifications" disabled={said.length === 0} onClick={clear} />
        <IconButton icon="close" label="Close the notifications" onClick={() => setCentreOpen(false)} />
      </header>
      {list.length === 0 && <p className="muted notification-none">What jobs and commands have to say appears here.</p>}
      <ul className="notification-list">
        {sorted.map((notification) => (
          <li key={notification.id} className={`notification notification-${notification.severity}`}>
            <Content notification={notification} />
            {notification.progress === null && <time className="muted notification-time">{formatDateTime(notification.atMs)}</time>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const bell = () => document.querySelector<HTMLElement>(BELL);

/** Status bar: opens the notification centre, and shows that there is news. */
export function BellStatus() {
  const unread = useNotifications((state) => countUnread(state.list));
  const isOpen = useNotifications((state) => state.isCentreOpen);
  const news = unread === 0 ? 'No new notifications' : unread === 1 ? '1 new notification' : `${unread} new notifications`;
  return (
    <StatusEntry
      icon={unread > 0 ? 'bell-dot' : 'bell'}
      title={news}
      controls={{ id: CENTRE_ID, isShown: isOpen }}
      onClick={() => runCommand('notifications.show')}
    />
  );
}
