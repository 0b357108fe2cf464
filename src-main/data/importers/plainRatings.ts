import { isRating, MAX_ID, MAX_TIMESTAMP } from '../ingest/numbers.ts';
import { type RowBlock, RowBlockBuilder } from '../ingest/rowBlock.ts';
import { PlainRow } from './plainRow.ts';

/** Rows of four plain numbers, read from the bytes. */
export class PlainRatings {
  readonly rows = new RowBlockBuilder();
  private readonly row: PlainRow;
  private readonly itemIds: Int32Array;

  /** @param itemIds ItemId by movieId, -1 where there is none */
  constructor(delimiter: string, itemIds: Int32Array) {
    this.row = new PlainRow(delimiter);
    this.itemIds = itemIds;
  }

  /** Adds the line at `start`. @returns where the next one starts; -1, and nothing is added, when it is no plain row of a known movie */
  add(bytes: Uint8Array, start: number): number {
    const { row } = this;
    const next = row.readLine(bytes, start);
    if (next < 0 || !isRating(row.rating) || row.timestamp > MAX_TIMESTAMP || row.user > MAX_ID) return -1;
    const itemId = this.itemIds[row.movie] ?? -1;
    if (itemId < 0) return -1;
    this.rows.push(row.user, itemId, row.timestamp * 1000, row.rating);
    return next;
  }

  /** The rows of whole lines, or null when not all of them are plain. */
  read(bytes: Uint8Array): RowBlock | null {
    for (let position = 0; position < bytes.length; ) {
      position = this.add(bytes, position);
      if (position >= 0) continue;
      this.rows.clear();
      return null;
    }
    return this.rows.take();
  }
}
