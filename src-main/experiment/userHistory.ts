import { experimentSchema } from '../../src-shared/experiment.ts';
import type { UserHistory } from '../../src-shared/history.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import type { DatasetReader } from '../store/datasetStore.ts';
import { describeTimeline } from '../store/describeTimeline.ts';
import type { Workspace } from '../store/workspace.ts';
import { askedExample } from './asked.ts';
import { promptedEvents } from './shapes.ts';
import { taskPrompt } from './tasks.ts';

/**
 * A user as a run sees the user.
 * @throws AppError `run-not-found`, `dataset-not-found`; `input-invalid` for an unknown user
 */
export async function readUserHistory(workspace: Workspace, runId: string, userId: number): Promise<UserHistory> {
  const run = workspace.runs.get(runId);
  const experiment = experimentSchema.parse(run.config);
  const reader = await openDatasetView(workspace.datasets, run.datasetName, experiment.data);
  return {
    events: describeTimeline(reader, userId),
    embeddedEvents: experiment.history.embedded,
    promptedEvents: promptedEvents(experiment),
    taskPrompt: taskPrompt(experiment, reader, askedExample(experiment, reader, userId)),
    ratings: ratingVocabulary(reader).slice(FIRST_VALUE_ID),
  };
}

function ratingVocabulary(reader: DatasetReader): readonly string[] {
  return reader.summary.features.some(({ name }) => name === 'rating') ? reader.vocabulary('rating') : [];
}
