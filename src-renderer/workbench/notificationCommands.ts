import { BellStatus } from './NotificationCentre.tsx';
import { clearNotifications, setCentreOpen, useNotifications } from './notifications.ts';
import { registry } from './registry.ts';

/** The notification centre: its bell in the status bar, and its commands. */
export function contributeNotifications(): void {
  registry.command(
    {
      id: 'notifications.show',
      category: 'View',
      label: 'Show or hide notifications',
      icon: 'bell',
      keys: ['Ctrl+K N'],
      run: () => setCentreOpen(!useNotifications.getState().isCentreOpen),
    },
    {
      id: 'notifications.clear',
      category: 'View',
      label: 'Clear all notifications',
      icon: 'clear-all',
      enabled: () => useNotifications.getState().list.some((each) => each.progress === null),
      run: clearNotifications,
    },
  );
  registry.status({ id: 'notifications', side: 'right', order: 9, component: BellStatus });
}
