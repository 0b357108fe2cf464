import type { DatasetReport, DatasetStatistics } from '../../../src-shared/dataset.ts';
import { type DatasetView, isWholeDataset } from '../../../src-shared/datasetView.ts';
import { ReaderCounter } from '../../store/datasetStatistics.ts';
import type { DatasetReader, DatasetStore } from '../../store/datasetStore.ts';
import { createPauses } from '../../store/pauses.ts';
import { openDatasetView } from './datasetView.ts';

/**
 * What is in a dataset, or in a view of it.
 * @throws AppError `dataset-not-found`; `experiment-invalid` when the view leaves nobody
 */
export async function reportView(store: DatasetStore, name: string, view: DatasetView): Promise<DatasetReport> {
  if (isWholeDataset(view)) return store.report(name);
  const reader = await openDatasetView(store, name, view);
  const statistics = await countStatistics(reader);
  return store.report(name, { summary: reader.summary, statistics });
}

/** One pass over the timelines, with pauses for whoever else waits. */
async function countStatistics(reader: DatasetReader): Promise<DatasetStatistics> {
  const counter = new ReaderCounter(reader);
  const pause = createPauses();
  for (const userId of reader.userIds) {
    counter.add(userId);
    await pause();
  }
  return counter.statistics();
}
