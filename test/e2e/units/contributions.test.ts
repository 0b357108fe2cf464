import { beforeAll, describe, expect, it, vi } from 'vitest';
import { menuTemplate } from '../../../src-main/hosts/electron/menu.ts';
import { walkthroughState } from '../../../src-renderer/contrib/walkthrough/walkthroughSteps.ts';
import { allKeybindings, conflictsOf } from '../../../src-renderer/workbench/keybindings.ts';
import { registry } from '../../../src-renderer/workbench/registry.ts';
import type { RunSummary } from '../../../src-shared/run.ts';

vi.mock('electron', () => ({ Menu: {} }));

beforeAll(async () => {
  const { contributeAll } = await import('../../../src-renderer/contrib/contributions.ts');
  contributeAll();
});

describe('the commands', () => {
  it('have keys that no two of them share', () => {
    const bindings = allKeybindings();
    const conflicts = bindings.filter(({ id, keys }) => conflictsOf(id, keys, bindings).length > 0);
    expect(conflicts).toEqual([]);
  });

  it('have keys that are understood', () => {
    for (const { id, keys } of allKeybindings()) expect(keys, id).toEqual(registry.commands.get(id)!.keys ?? []);
  });

  it('in the menus of the desktop and of the workbench all exist', () => {
    const chosen: string[] = [];
    const actions = {
      openWorkspace: () => undefined,
      showWorkspaceFolder: () => undefined,
      runCommand: (id: string) => void chosen.push(id),
    };
    const template = menuTemplate(actions, { isMac: false, isPackaged: true, recentWorkspaces: ['/data/films'] });
    for (const { submenu } of template)
      for (const item of (submenu ?? []) as { label?: string; click?: () => void }[]) if (item.label) item.click?.();
    expect(chosen.length).toBeGreaterThan(15);
    const menus = ['settings', 'tab', 'run', 'dataset', 'experiment', 'model'].flatMap((menu) => registry.menuItems(menu));
    const missing = [...chosen, ...menus.map((item) => item.command)].filter((id) => !registry.commands.has(id));
    expect(missing).toEqual([]);
  });
});

describe('the walkthrough', () => {
  const nothing = { datasets: [], imports: [], experiments: [], runs: [] };
  const dataset = { datasets: [{ name: 'sample' }] };
  const experiment = { experiments: [{ name: 'sample-cross-attention', path: '/x' }] };
  const runOf = (name: string, status: string) => ({ id: `${name} ${status}`, name, datasetName: 'sample', status }) as RunSummary;
  const run = (status: string) => ({ runs: [runOf('cross-attention on sample', status)] });

  it('has one next step at a time, told from what is there', () => {
    expect(walkthroughState(nothing)).toMatchObject({ dataset: 'ready', experiment: 'waits', run: 'waits', result: 'waits' });
    expect(walkthroughState({ ...nothing, imports: [{ name: 'sample', phase: 'reading' as never }] }).dataset).toBe('going-on');
    expect(walkthroughState({ ...nothing, ...dataset })).toMatchObject({ dataset: 'done', experiment: 'ready', run: 'waits' });
    expect(walkthroughState({ ...nothing, ...dataset, ...experiment })).toMatchObject({ experiment: 'done', run: 'ready' });
    expect(walkthroughState({ ...nothing, ...dataset, ...experiment, ...run('running') })).toMatchObject({
      run: 'going-on',
      result: 'waits',
    });
    expect(walkthroughState({ ...nothing, ...dataset, ...experiment, ...run('completed') })).toMatchObject({
      run: 'done',
      result: 'done',
    });
  });

  it('ends with a comparison, once the text prompt has run too', () => {
    const before = { ...nothing, ...dataset, ...experiment };
    const both = (status: string) => ({ runs: [runOf('text prompt on sample', status), ...run('completed').runs] });
    expect(walkthroughState({ ...before, ...run('running') }).comparison).toBe('waits');
    expect(walkthroughState({ ...before, ...run('completed') })).toMatchObject({ comparison: 'ready', baselineRun: null });
    expect(walkthroughState({ ...before, ...both('queued') }).comparison).toBe('going-on');
    expect(walkthroughState({ ...before, ...both('failed') })).toMatchObject({ comparison: 'ready', baselineRun: { status: 'failed' } });
    const done = walkthroughState({ ...before, ...both('completed') });
    expect(done).toMatchObject({ result: 'done', comparison: 'done' });
    expect([done.latestRun?.name, done.baselineRun?.name]).toEqual(['cross-attention on sample', 'text prompt on sample']);
  });

  it('can be run again after a failure, and gone on with after a stop', () => {
    for (const status of ['failed', 'stopped', 'interrupted']) {
      const state = walkthroughState({ ...nothing, ...dataset, ...experiment, ...run(status) });
      expect(state).toMatchObject({ run: 'ready', result: 'waits', latestRun: { status } });
    }
  });
});
