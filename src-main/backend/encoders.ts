import { type Experiment, experimentSchema, usesEncoder } from '../../src-shared/experiment.ts';
import type { EncoderSummary } from '../../src-shared/model.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import type { Workspace } from '../store/workspace.ts';

/** The user encoders of all runs whose fine-tuning is done: those that another experiment can take. */
export function listEncoders({ runs }: Workspace): EncoderSummary[] {
  return runs
    .list()
    .filter(hasFinetuned)
    .map(({ id }) => runs.get(id))
    .flatMap((run) => {
      const experiment = experimentSchema.safeParse(run.config).data;
      const counts = run.parameters?.byComponent['encoder'];
      const path = runs.latestCheckpoint(run.id, 'finetune')?.path;
      if (!experiment || !usesEncoder(experiment.integration) || !counts || !path) return [];
      const stored = run.checkpoints.findLast(({ stage }) => stage === 'finetune')!;
      return {
        runId: run.id,
        runName: run.name,
        datasetName: run.datasetName,
        parameters: counts.total,
        finetuned: counts.trainable > 0,
        path,
        sizeBytes: stored.sizeBytes,
        trainedAtMs: stored.createdAtMs,
        ...sizesOf(experiment),
      };
    });
}

const hasFinetuned = ({ stages }: RunSummary) => stages.some(({ name, status }) => name === 'finetune' && status === 'done');

function sizesOf({ encoder, history }: Experiment) {
  const { architecture, features, dModel, numLayers, numHeads, init } = encoder;
  return { architecture, features, dModel, numLayers, numHeads, init, history: history.embedded };
}
