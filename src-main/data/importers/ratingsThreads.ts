import type { RowBlock } from '../ingest/rowBlock.ts';
import { programBeside, runThread, type Thread } from '../ingest/threads.ts';
import type { LineBlock } from '../lineBlocks.ts';
import type { RatingsAnswer, RatingsRequest, RatingsSetup } from './ratingsThread.ts';

/** Blocks that a thread holds: one is read while the next one waits. */
const BLOCKS_PER_THREAD = 2;

/** @param rows null where nobody has read these lines, or not all of them are plain rows */
export type FinishBlock = (lines: LineBlock, rows: RowBlock | null) => void;

/** Reads blocks of lines in threads; they come back in the order in which they were sent. */
export class RatingsThreads {
  private readonly count: number;
  private readonly signal: AbortSignal;
  private readonly threads: Thread<RatingsRequest, RatingsAnswer>[] = [];
  private readonly sent: { lines: LineBlock; thread: Thread<RatingsRequest, RatingsAnswer> }[] = [];
  private turn = 0;

  constructor(count: number, signal: AbortSignal) {
    this.count = count;
    this.signal = signal;
  }

  get isEmpty(): boolean {
    return this.sent.length === 0;
  }

  get isFull(): boolean {
    return !this.isEmpty && this.sent.length >= this.count * BLOCKS_PER_THREAD;
  }

  /** @param setup null while it is not known what the columns are. @returns whether blocks can be sent */
  start(setup: RatingsSetup | null): boolean {
    if (setup === null) return false;
    const program = programBeside(import.meta, 'ratingsThread');
    while (this.threads.length < this.count) this.threads.push(runThread(program, setup, this.signal));
    return this.count > 0;
  }

  /** The lines' memory is given away until they come back. */
  send(lines: LineBlock): void {
    const thread = this.threads[this.turn++ % this.count]!;
    thread.send({ bytes: lines.bytes }, [lines.bytes.buffer]);
    this.sent.push({ lines, thread });
  }

  /** Waits for the block that was sent first. */
  async takeNext(finish: FinishBlock): Promise<void> {
    const { lines, thread } = this.sent.shift()!;
    const { bytes, block } = await thread.next();
    finish({ ...lines, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) }, block);
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.end()));
  }
}
