import { hash } from 'node:crypto';

/** Bytes of SHA-256 that are kept of each user. */
export const DIGEST_BYTES = 16;

/** Digests users one after the other; what is hashed lies in one array that is used again. */
export class UserDigester {
  private content = Buffer.alloc(1 << 16);
  private filled = 0;

  /** @param facts what is known of the user besides columns */
  start(facts: unknown): void {
    this.filled = 0;
    this.addText(JSON.stringify(facts));
  }

  column(name: string, bytes: Uint8Array): void {
    this.addText(`${name} ${bytes.length} `);
    this.reserve(bytes.length);
    this.content.set(bytes, this.filled);
    this.filled += bytes.length;
  }

  /** @returns `DIGEST_BYTES` bytes */
  end(): Uint8Array {
    return hash('sha256', this.content.subarray(0, this.filled), 'buffer').subarray(0, DIGEST_BYTES);
  }

  private addText(text: string): void {
    this.reserve(3 * text.length);
    this.filled += this.content.write(text, this.filled);
  }

  private reserve(bytes: number): void {
    if (this.filled + bytes <= this.content.length) return;
    this.content = Buffer.concat([this.content], Math.max(2 * this.content.length, this.filled + bytes));
  }
}

/** The digests of users, put together in the order of UserId: users may come in any order. */
export class UserDigests {
  private digests = Buffer.alloc(1024 * DIGEST_BYTES);

  set(userId: number, digest: Uint8Array): void {
    const start = userId * DIGEST_BYTES;
    if (this.digests.length < start + DIGEST_BYTES) {
      this.digests = Buffer.concat([this.digests], Math.max(2 * this.digests.length, start + DIGEST_BYTES));
    }
    this.digests.set(digest, start);
  }

  /** [users x 16 bytes] */
  all(users: number): Buffer {
    return this.digests.subarray(0, users * DIGEST_BYTES);
  }
}
