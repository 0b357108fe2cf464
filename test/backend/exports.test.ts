import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Exports } from '../../src-main/backend/exports.ts';
import { films, temporaryFolder, temporaryWorkspace, timelineOf } from '../store/temporaryWorkspace.ts';
import { createContextDouble } from './launcherDouble.ts';

function createExports() {
  const workspace = temporaryWorkspace();
  workspace.datasets.insert({ name: 'films', format: 'table', sourcePath: '' }, films, [timelineOf('u1', [0, 1, 2])]);
  const { context, events } = createContextDouble(workspace);
  const folder = temporaryFolder();
  const options = { path: join(folder, 'films.csv'), overwrite: false };
  return { exports: new Exports(context), reader: workspace.datasets.open('films'), events, folder, options };
}

describe('exports', () => {
  it('are announced from their beginning to their end', async () => {
    const { exports, reader, events, options } = createExports();
    const writing = exports.write(reader, options, 'one');
    expect(exports.list()).toEqual([{ exportId: 'one', name: 'films', phase: 'writing', events: 0, totalEvents: 3 }]);
    expect(await writing).toMatchObject({ path: options.path, events: 3 });
    expect(events.map(({ payload }) => payload)).toMatchObject([{ phase: 'writing' }, { phase: 'done', events: 3 }]);
    expect([exports.list(), existsSync(options.path)]).toEqual([[], true]);
  });

  it('are cancelled by their id, and write nothing then', async () => {
    const { exports, reader, events, folder, options } = createExports();
    const writing = exports.write(reader, options, 'one');
    exports.cancel('one');
    exports.cancel('unknown');
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    expect(events.at(-1)).toMatchObject({ name: 'export.progress', payload: { phase: 'cancelled' } });
    expect(readdirSync(folder)).toEqual([]);
  });

  it('end when the backend does', async () => {
    const { exports, reader, options } = createExports();
    const writing = exports.write(reader, options);
    const ended = expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    await exports.close();
    await ended;
    expect(exports.list()).toEqual([]);
  });

  it('say that they failed', async () => {
    const { exports, reader, events, options } = createExports();
    await expect(exports.write(reader, { ...options, path: 'films.xlsx' }, 'one')).rejects.toMatchObject({ code: 'input-invalid' });
    expect(events.at(-1)).toMatchObject({ payload: { phase: 'failed' } });
  });
});
