import { create } from 'zustand';
import { appendOutput, WORKBENCH_CHANNEL } from '../state/output.ts';
import { preference } from '../state/preferences.ts';

export interface Notification {
  id: number;
  severity: 'info' | 'warning' | 'error';
  message: string;
  actions: { label: string; run(): void }[];
}

export const useNotifications = create<{ list: Notification[] }>(() => ({ list: [] }));

const SHOW_AT_MOST = 3;
let nextId = 1;

/** Shows a message in the corner: information leaves by itself, warnings and errors wait to be closed. All are kept in Output. */
export function notify(input: { severity: Notification['severity']; message: string; actions?: Notification['actions'] }): number {
  const notification = { ...input, actions: input.actions ?? [], id: nextId++ };
  const others = useNotifications.getState().list.filter((other) => other.message !== input.message);
  useNotifications.setState({ list: [...others, notification].slice(-SHOW_AT_MOST) });
  appendOutput(WORKBENCH_CHANNEL, { atMs: Date.now(), level: input.severity, text: input.message });
  if (input.severity === 'info') setTimeout(() => dismiss(notification.id), preference('notifications.seconds') * 1000);
  return notification.id;
}

export function dismiss(id: number): void {
  useNotifications.setState(({ list }) => ({ list: list.filter((other) => other.id !== id) }));
}
