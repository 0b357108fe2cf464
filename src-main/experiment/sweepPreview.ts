import type { Experiment } from '../../src-shared/experiment.ts';
import type { StageName } from '../../src-shared/run.ts';
import type { SweepPreview } from '../../src-shared/sweep.ts';
import type { DescribedRun } from './parse.ts';
import { positionsFor, promptedEvents } from './shapes.ts';
import { hashDescription } from './sharedStages.ts';
import { neededStages } from './stages.ts';
import { sweepLabel, valueText } from './sweep.ts';

/** What the runs of a sweep come to: their names, the paths in which they differ, and how often each pretraining is done. */
export function previewSweep(runs: readonly DescribedRun[]): SweepPreview {
  return {
    runs: runs.map(({ experiment, values }) => ({ name: experiment.name, label: sweepLabel(values) })),
    varied: variedPaths(runs),
    pretraining: sharedPretraining(runs.map(({ experiment }) => experiment)),
  };
}

function variedPaths(runs: readonly DescribedRun[]): SweepPreview['varied'] {
  const paths = [...(runs[0]?.values.keys() ?? [])];
  return paths.map((path) => ({ path, values: [...new Set(runs.map(({ values }) => valueText(values.get(path))))] }));
}

function sharedPretraining(experiments: readonly Experiment[]): SweepPreview['pretraining'] {
  return (['pretrain-encoder', 'pretrain-language-model'] as const).flatMap((stage) => {
    const needing = experiments.filter((experiment) => neededStages(experiment).includes(stage));
    const trainings = new Set(needing.map((experiment) => pretrainingKey(stage, experiment))).size;
    return needing.length === 0 ? [] : [{ stage, runs: needing.length, trainings }];
  });
}

/** Equal for experiments of which one takes the other's stage: what the description of a shared stage says, before there is data. */
function pretrainingKey(stage: Extract<StageName, `pretrain-${string}`>, experiment: Experiment): string {
  const { dataset, data, seed, engine, encoder, history, languageModel, task, review } = experiment;
  const both = { dataset, data, seed, engine };
  if (stage === 'pretrain-encoder') return hashDescription({ ...both, encoder, embedded: history.embedded });
  const positions = positionsFor(promptedEvents(experiment));
  return hashDescription({ ...both, languageModel, positions, task: task === 'review' ? review : null });
}
