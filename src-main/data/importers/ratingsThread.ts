import { parentPort, workerData } from 'node:worker_threads';
import type { RowBlock } from '../ingest/rowBlock.ts';
import { PlainRatings } from './plainRatings.ts';

/** A thread that reads blocks of lines until it is ended. */
export interface RatingsSetup {
  delimiter: string;
  itemIds: Int32Array;
}
/** Given away with the request, and given back with the answer. */
export interface RatingsRequest {
  bytes: Uint8Array<ArrayBuffer>;
}
/** `block` is null where some line is no plain row: then nothing of it was read. */
export interface RatingsAnswer extends RatingsRequest {
  block: RowBlock | null;
}

const { delimiter, itemIds } = workerData as RatingsSetup;
const ratings = new PlainRatings(delimiter, itemIds);
const port = parentPort!;

port.on('message', ({ bytes }: RatingsRequest) => {
  const block = ratings.read(bytes);
  const given = block ? [block.bytes, block.starts.buffer, block.users.buffer] : [];
  port.postMessage({ bytes, block } satisfies RatingsAnswer, [bytes.buffer, ...given]);
});
