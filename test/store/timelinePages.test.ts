import { describe, expect, it } from 'vitest';
import { TimelinePages, TimelinePageWriter } from '../../src-main/store/timelinePages.ts';
import { temporaryWorkspace } from './temporaryWorkspace.ts';

const USERS = 300;

/** Pages of users whose first column says who they are, and whose second is longer for some than for others. */
function writePages() {
  const { database } = temporaryWorkspace();
  const datasetId = 77;
  database.pragma('foreign_keys = OFF');
  const writer = new TimelinePageWriter(database, datasetId, 2);
  for (let userId = 0; userId < USERS; userId++) {
    const length = 100 + (userId % 7) * 200;
    const bytes = new Uint8Array(4 + length).fill(userId % 256);
    new DataView(bytes.buffer).setUint32(0, userId, true);
    writer.add(bytes, Uint32Array.of(4, length));
  }
  writer.end();
  return { database, datasetId };
}

describe('pages of timelines', () => {
  it.each([1, 40_000, 1 << 27])('give every user their own columns in any order, %i bytes kept', (keptBytes) => {
    const { database, datasetId } = writePages();
    const pages = new TimelinePages(database, datasetId, 2, keptBytes);
    for (let at = 0; at < 3 * USERS; at++) {
      const userId = (at * 131) % USERS;
      const [id, rest] = pages.of(userId)!;
      expect(id!.readUInt32LE(0)).toBe(userId);
      expect(rest).toHaveLength(100 + (userId % 7) * 200);
      expect(new Set(rest)).toEqual(new Set([userId % 256]));
    }
  });

  it('know no user beyond the last page, nor any of another dataset', () => {
    const { database, datasetId } = writePages();
    expect(new TimelinePages(database, datasetId, 2).of(USERS)).toBeNull();
    expect(new TimelinePages(database, datasetId + 1, 2).of(0)).toBeNull();
  });
});
