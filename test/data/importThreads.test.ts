import { describe, expect, it } from 'vitest';
import { writeRatingsFolder } from '../../src-main/bench/ratingsFile.ts';
import { importDataset } from '../../src-main/data/import.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

describe('a large import', () => {
  it('gives the same dataset in threads as without them', async () => {
    const path = temporaryFolder();
    await writeRatingsFolder(path, 300_000);
    const { datasets } = await importTwice(path);
    const [here, threaded] = ['here', 'threaded'].map((name) => datasets.open(name));
    expect(threaded!.summary).toMatchObject({ events: 300_000, users: 2077, rejected: 0, fingerprint: here!.summary.fingerprint });
    expect(datasets.report('threaded')).toEqual({
      ...datasets.report('here'),
      summary: threaded!.summary,
      sameContent: ['here'],
    });
    for (const userId of [0, 1000, 2076]) expect(threaded!.timeline(userId)).toEqual(here!.timeline(userId));
  });
});

async function importTwice(path: string) {
  const workspace = temporaryWorkspace();
  await importDataset(workspace, { path, name: 'here', threads: 0 });
  await importDataset(workspace, { path, name: 'threaded', threads: 2 });
  return workspace;
}
