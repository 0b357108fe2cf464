import { parentPort, workerData } from 'node:worker_threads';
import type { CountedEvents } from '../../store/eventCounts.ts';
import { type PackedTimelines, type PackerOptions, TimelinePacker } from '../../store/timelinePacker.ts';
import type { SpooledEvents } from './eventSpool.ts';
import { type Packing, Timelines } from './packTimelines.ts';

/** A thread that packs parts until it is told that there are no more: then it says what it has counted, and ends. */
export interface PackSetup {
  packing: Packing;
  options: PackerOptions;
}
export type PackRequest = { part: SpooledEvents } | { part: null };
export type PackAnswer = { packed: PackedTimelines } | { counted: CountedEvents };

const { packing, options } = workerData as PackSetup;
const timelines = new Timelines(packing);
const packer = new TimelinePacker(options);
const port = parentPort!;

function pack(part: SpooledEvents): void {
  // A Buffer arrives as plain bytes.
  const { buffer, byteOffset, byteLength } = part.textBytes;
  const textBytes = Buffer.from(buffer, byteOffset, byteLength);
  for (const timeline of timelines.of({ ...part, textBytes })) packer.add(timeline.userId, timeline);
  const packed = packer.take();
  port.postMessage({ packed } satisfies PackAnswer, [packed.bytes.buffer]);
}

port.on('message', ({ part }: PackRequest) => {
  if (part) return pack(part);
  port.postMessage({ counted: packer.counted() } satisfies PackAnswer);
  port.close();
});
