import { describe, expect, it } from 'vitest';
import { Imports } from '../../src-main/backend/imports.ts';
import { errorOf, films, temporaryWorkspace, timelineOf } from '../store/temporaryWorkspace.ts';
import { createContextDouble } from './launcherDouble.ts';

function createImports() {
  const workspace = temporaryWorkspace();
  const doubles = createContextDouble(workspace);
  return { ...doubles, workspace, imports: new Imports(doubles.context) };
}

function insertFilms({ workspace }: ReturnType<typeof createImports>) {
  return workspace.datasets.insert({ name: 'films', format: 'movielens-csv', sourcePath: 'made up' }, films, [timelineOf('u1', [0, 1, 2])]);
}

const progress = { name: 'films', rows: 5, totalRows: 10, rowsPerSecond: 5, remainingSeconds: 1, error: null };

describe('imports', () => {
  it('pass progress on and end with the dataset', () => {
    const all = createImports();
    const { imports, launcher, workspace, events } = all;
    const importId = imports.start('/data/films', 'films');
    const [job] = launcher.jobs;
    expect(job!.received).toEqual([{ workspacePath: workspace.path, path: '/data/films', name: 'films', importId }]);
    job!.say({ importId, phase: 'sorting', ...progress });
    expect(imports.list()).toEqual([{ importId, phase: 'sorting', ...progress }]);
    expect(imports.activeCount).toBe(1);
    insertFilms(all);
    job!.say({ type: 'done', summary: workspace.datasets.get('films') });
    job!.exit();
    expect(imports.list()[0]).toMatchObject({ phase: 'done', rows: 3, error: null });
    expect(imports.activeCount).toBe(0);
    expect(events.map((event) => event.name)).toEqual(['import.progress', 'import.progress', 'import.progress', 'datasets.changed']);
  });

  it('report the error of the import', () => {
    const { imports, launcher } = createImports();
    imports.start('/data/films', 'films');
    launcher.jobs[0]!.say({ type: 'error', error: { code: 'format-unknown', message: 'no importer knows it' } });
    launcher.jobs[0]!.exit({ code: 1 });
    expect(imports.list()[0]).toMatchObject({ phase: 'failed', error: { code: 'format-unknown', message: 'no importer knows it' } });
  });

  it('fail with a reason when the process crashes', () => {
    const { imports, launcher } = createImports();
    imports.start('/data/films', 'films');
    launcher.jobs[0]!.exit({ code: null, signal: 'SIGSEGV' });
    expect(imports.list()[0]).toMatchObject({
      phase: 'failed',
      error: { code: 'import-failed', message: 'import: the job was ended by signal SIGSEGV; nothing was kept, start it again' },
    });
  });

  it('are cancelled by killing their process', () => {
    const { imports, launcher } = createImports();
    const importId = imports.start('/data/films', 'films');
    imports.cancel(importId);
    expect(launcher.jobs[0]!.killed).toBe(true);
    expect(imports.list()[0]).toMatchObject({ phase: 'cancelled', error: null });
    imports.cancel(importId);
  });

  it('refuse a name that is taken or being imported', () => {
    const all = createImports();
    all.imports.start('/data/films', 'other');
    insertFilms(all);
    const message = (what: string, name: string) => `dataset "${name}" ${what}; choose another name or delete that one first`;
    expect(errorOf(() => all.imports.start('/x', 'films'))).toEqual({
      code: 'dataset-exists',
      message: message('exists already', 'films'),
    });
    expect(errorOf(() => all.imports.start('/x', 'other'))).toEqual({
      code: 'dataset-exists',
      message: message('is being imported', 'other'),
    });
  });
});
