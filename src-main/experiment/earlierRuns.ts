import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import type { RunDetail, RunSummary } from '../../src-shared/run.ts';
import { viewFingerprint } from '../data/views/datasetView.ts';
import type { RunDescription } from '../store/runRows.ts';
import type { Workspace } from '../store/workspace.ts';
import { FINGERPRINT_KEY } from './languageModels.ts';
import { hashDescription } from './sharedStages.ts';

/**
 * Equal for experiments that give equal results: everything but the name.
 * @param config a resolved experiment, or that of a run
 */
export function experimentKey(config: Readonly<Record<string, unknown>>): string {
  const { name: _, $schema: __, ...rest } = config;
  return hashDescription(rest);
}

/** What can be gone on with counts more than what failed. */
const WORTH: Record<RunSummary['status'], number> = { completed: 5, running: 4, queued: 3, interrupted: 2, stopped: 2, failed: 0 };

/** By `experimentKey` the run that is furthest, of those on these datasets, with language models, as they are now. */
export function earlierRuns(workspace: Workspace, datasets: readonly KnownDataset[]): Map<string, RunDetail> {
  return new Map([...describedRuns(workspace, datasets)].map(([key, { id }]) => [key, workspace.runs.get(id)]));
}

interface KnownDataset {
  readonly name: string;
  readonly fingerprint: string;
}

/** The same without the results of the runs, for which a workspace of ten thousand would be read from end to end. */
export function describedRuns(workspace: Workspace, datasets: readonly KnownDataset[]): Map<string, RunDescription> {
  const fingerprints = new Map(datasets.map(({ name, fingerprint }) => [name, fingerprint]));
  const models = new Map(workspace.models.list().map(({ name, fingerprint: content }) => [name, content]));
  const best = new Map<string, RunDescription>();
  for (const run of workspace.runs.descriptions()) {
    const fingerprint = fingerprints.get(run.datasetName);
    const experiment = fingerprint === undefined ? null : experimentSchema.safeParse(run.config).data;
    if (!experiment || run.datasetFingerprint !== viewFingerprint(fingerprint!, experiment.data)) continue;
    if (!hasModelOf(run, experiment, models)) continue;
    const key = experimentKey(experiment);
    if (WORTH[run.status] > (best.has(key) ? WORTH[best.get(key)!.status] : -1)) best.set(key, run);
  }
  return best;
}

/** Whether the pretrained language model that the run began with still has that content; one from scratch is part of the experiment. */
function hasModelOf({ environment }: RunDescription, { languageModel }: Experiment, models: ReadonlyMap<string, string>): boolean {
  return typeof languageModel !== 'string' || environment[FINGERPRINT_KEY] === models.get(languageModel);
}
