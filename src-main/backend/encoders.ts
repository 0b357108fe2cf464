import { type Experiment, experimentSchema, usesEncoder } from '../../src-shared/experiment.ts';
import type { EncoderSummary } from '../../src-shared/model.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import { createPauses } from '../store/pauses.ts';
import type { Workspace } from '../store/workspace.ts';

/** The user encoders of all runs whose fine-tuning is done: those that another experiment can take. */
export async function listEncoders({ runs }: Workspace): Promise<EncoderSummary[]> {
  const pause = createPauses();
  const encoders: EncoderSummary[] = [];
  for (const { id } of runs.list().filter(hasFinetuned)) {
    const encoder = encoderOf(runs, id);
    if (encoder) encoders.push(encoder);
    await pause();
  }
  return encoders;
}

/** The checkpoint is asked for first: it takes far less than reading the run, and most runs of a large workspace have none. */
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

const hasFinetuned = ({ stages }: RunSummary) => stages.some(({ name, status }) => name === 'finetune' && status === 'done');

function sizesOf({ encoder, history }: Experiment) {
  const { architecture, features, dModel, numLayers, numHeads, init } = encoder;
  return { architecture, features, dModel, numLayers, numHeads, init, history: history.embedded };
}
