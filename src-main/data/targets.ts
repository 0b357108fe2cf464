import type { DatasetReader, Timeline } from '../store/datasetStore.ts';

/** The genre of most events in [start, end); of equally frequent ones the first seen. An empty window has none: "". */
export function favouriteGenre(reader: DatasetReader, timeline: Timeline, start: number, end: number): string {
  const counts = new Map<string, number>();
  for (let index = start; index < end; index++) {
    const genre = reader.genres[timeline.itemIds[index]!]!;
    counts.set(genre, (counts.get(genre) ?? 0) + 1);
  }
  let best = '';
  for (const [genre, count] of counts) if (count > (counts.get(best) ?? 0)) best = genre;
  return best;
}
