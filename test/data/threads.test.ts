import { describe, expect, it } from 'vitest';
import type { PackAnswer, PackRequest } from '../../src-main/data/ingest/packThread.ts';
import { runThread } from '../../src-main/data/ingest/threads.ts';

const options = { items: 1, ratings: 0, features: [], texts: [] };
const packing = { users: { numbers: Uint32Array.of(7) }, itemIds: null, features: [], textFeatures: [] };
const start = (setup: object = { packing, options }, signal = new AbortController().signal) =>
  runThread<PackRequest, PackAnswer>(new URL('../../src-main/data/ingest/packThread.ts', import.meta.url), setup, signal);

describe('a thread', () => {
  it('that throws fails its request with what was thrown', async () => {
    const thread = start({ packing, options: null });
    await expect(thread.next()).rejects.toThrow(/null/);
    await thread.end();
  });

  it('that ends before its answer is an import that failed', async () => {
    const thread = start();
    const next = thread.next();
    await Promise.all([expect(next).rejects.toMatchObject({ code: 'import-failed' }), thread.end()]);
  });

  it('is given up when the import is cancelled', async () => {
    const controller = new AbortController();
    const thread = start(undefined, controller.signal);
    const cancelled = new Error('cancelled');
    const next = thread.next();
    controller.abort(cancelled);
    await expect(next).rejects.toBe(cancelled);
    await thread.end();
  });
});
