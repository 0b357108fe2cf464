import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { PackedTimelines } from './timelinePacker.ts';
import type { UserColumns } from './userBlocks.ts';

/** Up to here everything stays in memory: MovieLens-20M takes 100 MB. */
const MAX_MEMORY_BYTES = 256 << 20;

/** One user's columns, as in `PackedTimelines`; valid until the next user is asked for. */
export interface PackedUser {
  userId: number;
  bytes: Buffer;
  /** [columns] */
  lengths: Uint32Array;
}

interface Part extends Omit<PackedTimelines, 'bytes' | 'digests'> {
  /** null: they lie in the file, from `start` on. */
  bytes: Buffer | null;
  start: number;
  /** [users + 1]: where each user's columns begin. */
  userStarts: Float64Array;
}

/** Packed timelines as they come, given out in the order of UserId: in memory, and beyond some size in a file. */
export class PackedStore {
  private readonly parts: Part[] = [];
  private readonly path: string | null;
  private readonly maxMemoryBytes: number;
  private memoryBytes = 0;
  private fileBytes = 0;
  private file: number | null = null;
  private scratch = Buffer.alloc(1 << 16);
  users = 0;

  /** @param path a file that does not exist yet and is left behind; null: everything stays in memory */
  constructor(path: string | null, maxMemoryBytes = MAX_MEMORY_BYTES) {
    this.path = path;
    this.maxMemoryBytes = maxMemoryBytes;
  }

  add({ bytes: content, digests: _digests, ...rest }: PackedTimelines): void {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    const fits = this.path === null || this.memoryBytes + bytes.length <= this.maxMemoryBytes;
    const start = fits ? 0 : this.append(bytes);
    if (fits) this.memoryBytes += bytes.length;
    this.parts.push({ ...rest, bytes: fits ? bytes : null, start, userStarts: startsOf(rest) });
    this.users += rest.userIds.length;
  }

  *inOrder(): Generator<PackedUser> {
    const partOf = new Uint32Array(this.users);
    const rowOf = new Uint32Array(this.users);
    for (const [index, { userIds }] of this.parts.entries()) {
      for (let row = 0; row < userIds.length; row++) {
        partOf[userIds[row]!] = index;
        rowOf[userIds[row]!] = row;
      }
    }
    for (let userId = 0; userId < this.users; userId++) yield this.userOf(this.parts[partOf[userId]!]!, rowOf[userId]!);
  }

  /** What lists of users show. */
  userColumns(): UserColumns {
    const externalId = new Array<string>(this.users);
    const [events, firstEventAtMs, lastEventAtMs] = [
      new Int32Array(this.users),
      new Float64Array(this.users),
      new Float64Array(this.users),
    ];
    for (const part of this.parts) {
      part.userIds.forEach((userId, row) => {
        externalId[userId] = part.externalIds[row]!;
        events[userId] = part.events[row]!;
        firstEventAtMs[userId] = part.firstEventsAtMs[row]!;
        lastEventAtMs[userId] = part.lastEventsAtMs[row]!;
      });
    }
    return { externalId, events, firstEventAtMs, lastEventAtMs };
  }

  /** Harmless after a failure. */
  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
    this.parts.length = 0;
  }

  private userOf(part: Part, row: number): PackedUser {
    const { userIds, userStarts, lengths } = part;
    const [from, to] = [userStarts[row]!, userStarts[row + 1]!];
    const columns = lengths.length / userIds.length;
    return {
      userId: userIds[row]!,
      bytes: part.bytes?.subarray(from, to) ?? this.read(part.start + from, to - from),
      lengths: lengths.subarray(row * columns, (row + 1) * columns),
    };
  }

  /** @returns where it begins in the file */
  private append(bytes: Uint8Array): number {
    this.file ??= openSync(this.path!, 'w+');
    const start = this.fileBytes;
    for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written);
    this.fileBytes += bytes.length;
    return start;
  }

  private read(position: number, length: number): Buffer {
    if (this.scratch.length < length) this.scratch = Buffer.alloc(2 * length);
    for (let done = 0; done < length; ) done += readSync(this.file!, this.scratch, done, length - done, position + done);
    return this.scratch.subarray(0, length);
  }
}

function startsOf({ userIds, lengths }: Pick<PackedTimelines, 'userIds' | 'lengths'>): Float64Array {
  const starts = new Float64Array(userIds.length + 1);
  const columns = userIds.length === 0 ? 0 : lengths.length / userIds.length;
  for (let row = 0; row < userIds.length; row++) {
    let length = 0;
    for (let column = row * columns; column < (row + 1) * columns; column++) length += lengths[column]!;
    starts[row + 1] = starts[row]! + length;
  }
  return starts;
}
