import { type Experiment, experimentSchema, usesEncoder } from '../../src-shared/experiment.ts';
import type { EncoderSummary } from '../../src-shared/model.ts';
import { createPauses } from '../store/pauses.ts';
import type { Workspace } from '../store/workspace.ts';

/** The user encoders of all runs whose fine-tuning is done: those that another experiment can take. */
export async function listEncoders({ runs }: Workspace): Promise<EncoderSummary[]> {
  const pause = createPauses();
  const encoders: EncoderSummary[] = [];
  for (const id of runs.finetunedIds()) {
    const encoder = encoderOf(runs, id);
    if (encoder) encoders.push(encoder);
    await pause();
  }
  return encoders;
}

/** Null where the run has gone meanwhile, or its encoder is of no use to others. */
function encoderOf(runs: Workspace['runs'], id: string): EncoderSummary | null {
  const path = runs.latestCheckpoint(id, 'finetune')?.path;
  if (!path) return null;
  const run = runs.get(id);
  const experiment = experimentSchema.safeParse(run.config).data;
  const counts = run.parameters?.byComponent['encoder'];
  if (!experiment || !usesEncoder(experiment.integration) || !counts) return null;
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
}

function sizesOf({ encoder, history }: Experiment) {
  const { architecture, features, dModel, numLayers, numHeads, init } = encoder;
  return { architecture, features, dModel, numLayers, numHeads, init, history: history.embedded };
}
