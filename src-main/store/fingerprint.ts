import { createHash } from 'node:crypto';

/** Bytes of SHA-256 that are kept of each user. */
const DIGEST_BYTES = 16;

/** A digest for each user, put together in the order of UserId: users may come in any order. */
export class UserDigests {
  private digests = Buffer.alloc(1024 * DIGEST_BYTES);

  set(userId: number, facts: unknown, columns: readonly [name: string, content: Buffer][]): void {
    const hash = createHash('sha256').update(JSON.stringify(facts));
    for (const [name, content] of columns) hash.update(`${name} ${content.length} `).update(content);
    const start = userId * DIGEST_BYTES;
    while (this.digests.length < start + DIGEST_BYTES) this.digests = Buffer.concat([this.digests, Buffer.alloc(this.digests.length)]);
    hash.digest().copy(this.digests, start, 0, DIGEST_BYTES);
  }

  /** [users x 16 bytes] */
  all(users: number): Buffer {
    return this.digests.subarray(0, users * DIGEST_BYTES);
  }
}
