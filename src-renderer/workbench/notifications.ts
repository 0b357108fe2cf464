import { create } from 'zustand';
import { appendOutput, WORKBENCH_CHANNEL } from '../state/output.ts';

export type Severity = 'info' | 'warning' | 'error';

export interface NotificationAction {
  label: string;
  run(): void;
}

/** How far a long job is; share null: nobody knows. */
export interface JobProgress {
  share: number | null;
  note: string;
}

export interface Notification {
  id: number;
  /** What it is about: a later one about the same takes its place. */
  key: string;
  severity: Severity;
  message: string;
  actions: NotificationAction[];
  /** Of a job that is going on; null for what has been said once and for all. */
  progress: JobProgress | null;
  atMs: number;
  /** Shown in the corner as well. */
  isToast: boolean;
  isRead: boolean;
}

interface NotificationsState {
  /** The latest first. */
  list: Notification[];
  isCentreOpen: boolean;
}

export const useNotifications = create<NotificationsState>(() => ({ list: [], isCentreOpen: false }));

const TOASTS_AT_MOST = 3;
const KEEP = 100;
let nextId = 1;

interface Said {
  severity: Severity;
  message: string;
  actions?: NotificationAction[];
  /** Left out: the message itself. */
  key?: string;
}

/** Shows a message in the corner and keeps it in the notification centre and in Output. */
export function notify({ severity, message, actions = [], key = message }: Said): number {
  appendOutput(WORKBENCH_CHANNEL, { atMs: Date.now(), level: severity, text: message });
  return put({ key, severity, message, actions, progress: null, isToast: true });
}

interface GoingOn extends JobProgress {
  key: string;
  message: string;
  /** Cancelling it, first of all. */
  actions: NotificationAction[];
  /** Also in the corner: for jobs that no editor shows. */
  isToast?: boolean;
}

/**
 * Says how far a long job is: one notification a job, changed in place, which stays until `notify` with the same key says how it ended or
 * `withdraw` takes it back. It stands in the notification centre; the status bar has said so first.
 */
export function showProgress({ key, message, actions, share, note, isToast = false }: GoingOn): void {
  const progress = { share, note };
  const before = useNotifications.getState().list.find((each) => each.key === key && each.progress);
  if (before) change(before.id, { message, actions, progress });
  else put({ key, severity: 'info', message, actions, progress, isToast });
}

type Made = Omit<Notification, 'id' | 'atMs' | 'isRead'>;

function put(made: Made): number {
  const { list, isCentreOpen } = useNotifications.getState();
  const seen = isCentreOpen || made.progress !== null;
  const notification = { ...made, isToast: made.isToast && !isCentreOpen, isRead: seen, id: nextId++, atMs: Date.now() };
  const others = list.filter((other) => other.key !== made.key);
  useNotifications.setState({ list: withFewToasts([notification, ...others]).slice(0, KEEP) });
  return notification.id;
}

/** Only the latest stay in the corner. */
function withFewToasts(list: Notification[]): Notification[] {
  const shown = list.filter((each) => each.isToast).slice(0, TOASTS_AT_MOST);
  return list.map((each) => (each.isToast && !shown.includes(each) ? { ...each, isToast: false } : each));
}

function change(id: number, to: Partial<Notification>): void {
  useNotifications.setState(({ list }) => ({ list: list.map((each) => (each.id === id ? { ...each, ...to } : each)) }));
}

/** Takes a notification out of the corner; the notification centre keeps it. */
export const hideToast = (id: number): void => change(id, { isToast: false });

/** The person has done with it: a message goes for good, a job only out of the corner. */
export function dismiss(id: number): void {
  const isGoingOn = useNotifications.getState().list.some((each) => each.id === id && each.progress);
  if (isGoingOn) hideToast(id);
  else useNotifications.setState(({ list }) => ({ list: list.filter((other) => other.id !== id) }));
}

/** The job is no longer, and nothing is to be said about it. */
export function withdraw(key: string): void {
  useNotifications.setState(({ list }) => ({ list: list.filter((other) => other.key !== key || !other.progress) }));
}

/** Forgets all that has been said; jobs that go on stay. */
export function clearNotifications(): void {
  useNotifications.setState(({ list }) => ({ list: list.filter((each) => each.progress !== null) }));
}

/** Opens the notification centre, which shows and counts as read whatever was said, or closes it. */
export function setCentreOpen(isCentreOpen: boolean): void {
  useNotifications.setState(({ list }) => ({
    isCentreOpen,
    list: isCentreOpen ? list.map((each) => ({ ...each, isToast: false, isRead: true })) : list,
  }));
}

export const countUnread = (list: readonly Notification[]): number => list.filter((each) => !each.isRead).length;
