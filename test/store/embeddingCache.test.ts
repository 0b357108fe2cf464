import { expect, it } from 'vitest';
import { floats } from '../../src-main/engine/engine.ts';
import { EmbeddingCache } from '../../src-main/store/embeddingCache.ts';
import { newRun, temporaryWorkspace } from './temporaryWorkspace.ts';

function openCache(limitBytes?: number) {
  const workspace = temporaryWorkspace();
  for (const id of ['run-0001', 'run-0002']) workspace.runs.create(newRun({ id }));
  return { workspace, cache: new EmbeddingCache(workspace.database, limitBytes) };
}

const keyOf = (userId: number, runId = 'run-0001', historyFingerprint = 'a') => ({ runId, userId, historyFingerprint });
const embeddingsOf = (value: number) => floats(new Float32Array(10).fill(value), [1, 5, 2]);

it('gives back the embeddings of the same run, user and history, and of no other', () => {
  const { cache } = openCache();
  cache.set(keyOf(1), embeddingsOf(0.1));
  expect(cache.get(keyOf(1))).toEqual(embeddingsOf(0.1));
  expect([cache.get(keyOf(2)), cache.get(keyOf(1, 'run-0002')), cache.get(keyOf(1, 'run-0001', 'b'))]).toEqual([null, null, null]);
  cache.set(keyOf(1), embeddingsOf(0.2));
  expect(cache.get(keyOf(1))).toEqual(embeddingsOf(0.2));
  expect(cache.sizeBytes()).toBe(40);
});

it('never holds more bytes than allowed: what was used least recently goes', () => {
  const { cache } = openCache(100);
  cache.set(keyOf(1), embeddingsOf(1));
  cache.set(keyOf(2), embeddingsOf(2));
  cache.get(keyOf(1));
  cache.set(keyOf(3), embeddingsOf(3));
  expect(cache.sizeBytes()).toBe(80);
  expect([1, 2, 3].map((user) => cache.get(keyOf(user)) !== null)).toEqual([true, false, true]);
  cache.set(keyOf(4), floats(new Float32Array(26), [1, 13, 2]));
  expect([1, 3, 4].map((user) => cache.get(keyOf(user)) !== null)).toEqual([true, true, false]);
});

it('forgets the embeddings of a run that is deleted', () => {
  const { cache, workspace } = openCache();
  cache.set(keyOf(1), embeddingsOf(1));
  cache.set(keyOf(1, 'run-0002'), embeddingsOf(1));
  workspace.runs.delete('run-0001');
  expect([cache.get(keyOf(1)), cache.sizeBytes()]).toEqual([null, 40]);
});
