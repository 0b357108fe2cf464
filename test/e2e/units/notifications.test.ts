import { beforeEach, describe, expect, it } from 'vitest';
import { notifyError } from '../../../src-renderer/workbench/errorHelp.ts';
import {
  clearNotifications,
  countUnread,
  dismiss,
  hideToast,
  notify,
  setCentreOpen,
  showProgress,
  useNotifications,
  withdraw,
} from '../../../src-renderer/workbench/notifications.ts';
import { AppError } from '../../../src-shared/errors.ts';

beforeEach(() => useNotifications.setState({ list: [], isCentreOpen: false }));

const list = () => useNotifications.getState().list;
const toasts = () =>
  list()
    .filter((each) => each.isToast)
    .map((each) => each.message);
const progress = (note: string) => ({ key: 'import:1', message: 'Import films', share: 0.5, note, actions: [] });

describe('notifications', () => {
  it('stand in the corner three at a time, and all in the centre', () => {
    for (const message of ['a', 'b', 'c', 'd']) notify({ severity: 'info', message });
    expect(toasts()).toEqual(['d', 'c', 'b']);
    expect(list().map((each) => each.message)).toEqual(['d', 'c', 'b', 'a']);
    expect(countUnread(list())).toBe(4);
  });

  it('that say the same are one', () => {
    notify({ severity: 'warning', message: 'a' });
    notify({ severity: 'warning', message: 'a' });
    expect(list()).toHaveLength(1);
  });

  it('are read once the centre has shown them, and leave the corner for it', () => {
    notify({ severity: 'info', message: 'a' });
    setCentreOpen(true);
    notify({ severity: 'info', message: 'b' });
    expect(toasts()).toEqual([]);
    expect(countUnread(list())).toBe(0);
    expect(list()).toHaveLength(2);
  });

  it('stay in the centre when they leave the corner by themselves, and go when the person is done with them', () => {
    const id = notify({ severity: 'info', message: 'a' });
    hideToast(id);
    expect(list()).toHaveLength(1);
    dismiss(id);
    expect(list()).toEqual([]);
  });
});

describe('the notification of a long job', () => {
  it('is one, changed in place, until how it ended takes its place', () => {
    showProgress(progress('10 rows'));
    const [first] = list();
    showProgress(progress('20 rows'));
    expect(list()).toEqual([{ ...first, progress: { share: 0.5, note: '20 rows' } }]);
    expect(toasts()).toEqual([]);
    notify({ key: 'import:1', severity: 'info', message: 'films has been imported.' });
    expect(list().map(({ message, progress }) => [message, progress])).toEqual([['films has been imported.', null]]);
  });

  it('can be hidden, but neither dismissed nor cleared, while the job goes on', () => {
    showProgress({ ...progress('10 rows'), isToast: true });
    notify({ severity: 'info', message: 'a' });
    dismiss(list().find((each) => each.progress)!.id);
    clearNotifications();
    expect(list().map(({ message, isToast }) => [message, isToast])).toEqual([['Import films', false]]);
    showProgress({ ...progress('20 rows'), isToast: true });
    expect(toasts()).toEqual([]);
    withdraw('import:1');
    expect(list()).toEqual([]);
  });
});

describe('an error', () => {
  it('that its message does not explain leads to Output; one that the person can act on does not', () => {
    notifyError(new Error('it broke'), 'Runs: Resume');
    notifyError(new AppError('input-invalid', 'name: expected letters, got "?"; choose another'));
    expect(list().map(({ severity, message, actions }) => [severity, message, actions.map(({ label }) => label)])).toEqual([
      ['error', 'name: expected letters, got "?"; choose another', []],
      ['error', 'Runs: Resume: it broke', ['Show output']],
    ]);
  });

  it('that is the wish of the person is none', () => {
    notifyError(new AppError('cancelled', 'stopped'));
    expect(list()).toEqual([]);
  });
});
