import { setImmediate } from 'node:timers/promises';
import type { CountedEvents } from '../../store/eventCounts.ts';
import { type PackedTimelines, type PackerOptions, TimelinePacker } from '../../store/timelinePacker.ts';
import type { SpooledEvents } from './eventSpool.ts';
import type { PackAnswer, PackRequest } from './packThread.ts';
import { type Packing, Timelines } from './packTimelines.ts';
import { programBeside, runThread, type Thread } from './threads.ts';

/** Who takes what is packed; called on this thread only. */
export interface PackSink {
  add(packed: PackedTimelines): void;
  count(counted: CountedEvents): void;
}

export interface PackJob {
  parts: Iterable<SpooledEvents>;
  packing: Packing;
  options: PackerOptions;
  sink: PackSink;
  signal: AbortSignal;
}

/** Parts that a thread holds: one is packed while the next one waits. */
const PARTS_PER_THREAD = 2;
const TURN_MS = 50;

/**
 * Groups, sorts and packs all parts: in threads of their own while this one reads parts and writes what is packed, or without
 * any. The result is the same, apart from the order of users.
 * @param threads 0: on this thread
 * @throws what packing throws; AppError `import-failed` when a thread dies
 */
export async function packParts(job: PackJob, threads: number): Promise<void> {
  if (threads === 0) await packHere(job);
  else await packInThreads(job, threads);
}

async function packHere({ parts, packing, options, sink, signal }: PackJob): Promise<void> {
  const timelines = new Timelines(packing);
  const packer = new TimelinePacker(options);
  let turnAt = performance.now();
  for (const part of parts) {
    signal.throwIfAborted();
    for (const timeline of timelines.of(part)) {
      packer.add(timeline.userId, timeline);
      if (performance.now() - turnAt < TURN_MS) continue;
      await setImmediate();
      signal.throwIfAborted();
      turnAt = performance.now();
    }
    sink.add(packer.take());
  }
  sink.count(packer.counted());
}

async function packInThreads({ parts, packing, options, sink, signal }: PackJob, threads: number): Promise<void> {
  signal.throwIfAborted();
  const program = programBeside(import.meta, 'packThread');
  const started = Array.from({ length: threads }, () => runThread<PackRequest, PackAnswer>(program, { packing, options }, signal));
  try {
    const next = parts[Symbol.iterator]();
    await Promise.all(started.map((thread) => feed(thread, next, sink)));
  } finally {
    await Promise.all(started.map((thread) => thread.end()));
  }
}

/** Gives one thread part after part, as many as are left, and takes its answers. */
async function feed(thread: Thread<PackRequest, PackAnswer>, parts: Iterator<SpooledEvents>, sink: PackSink) {
  let waiting = 0;
  let hasMore = true;
  while (hasMore || waiting > 0) {
    while (hasMore && waiting < PARTS_PER_THREAD) {
      const { done, value } = parts.next();
      hasMore = !done;
      if (done) break;
      thread.send({ part: value }, buffersOf(value));
      waiting += 1;
    }
    if (waiting === 0) break;
    const answer = await thread.next();
    waiting -= 1;
    if ('packed' in answer) sink.add(answer.packed);
  }
  thread.send({ part: null });
  const answer = await thread.next();
  if ('counted' in answer) sink.count(answer.counted);
}

/** What is given away instead of copied. Texts may lie in memory that others use. */
function buffersOf({ users, items, timesMs, values, textLengths }: SpooledEvents): ArrayBuffer[] {
  return [users, items, timesMs, ...values, ...textLengths].map((column) => column.buffer as ArrayBuffer);
}
