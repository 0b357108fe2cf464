import type { Example } from '../../data/windows.ts';
import { type DoPart, type Evaluation, type EvaluationPart, measureAll, withModel } from '../evaluate.ts';
import { retentionPasses } from '../evaluateRetention.ts';
import type { LoadedModel } from '../loadedModel.ts';
import { REPETITIONS } from '../measureEfficiency.ts';
import type { RunContext } from '../runContext.ts';
import { requireNotStopped } from '../trainingStage.ts';
import type { EvaluationRates } from './rates.ts';
import { type Clock, peakMemoryBytes } from './watch.ts';

/** The second round tells compiling from computing; where the first took longer than this, compiling is a small part of it. */
const LONG_ROUND_SECONDS = 15;
/** Parts that every batch of test users takes. */
const BY_BATCH: readonly EvaluationPart[] = ['texts', 'encoder', 'loss', 'baselines', 'statistics'];

type PartSeconds = Readonly<Record<EvaluationPart, number>>;

interface Round {
  readonly seconds: PartSeconds;
  /** One request at every history length, by every method. */
  readonly requestSeconds: number;
}

export interface EvaluationRehearsal {
  /** One batch of validation users, in the same number as `test`. */
  readonly context: RunContext;
  readonly evaluation: Evaluation;
  /** One batch of test users. */
  readonly test: readonly Example[];
  /** Batches of validation users that the run itself would have. */
  readonly validationBatches: number;
}

/** Evaluates one batch of users, twice, and measures what a batch takes and what is done once. */
export async function rehearseEvaluation(rehearsal: EvaluationRehearsal, clock: Clock): Promise<EvaluationRates> {
  const { context, evaluation, validationBatches } = rehearsal;
  const startedAt = clock();
  return withModel(context, evaluation, async (model) => {
    const uploading = clock() - startedAt;
    const cold = await timeRound(rehearsal, model, clock);
    const warm = clock() - startedAt > LONG_ROUND_SECONDS ? cold : await timeRound(rehearsal, model, clock);
    const passes = evaluation.retentionText === null ? 0 : retentionPasses(evaluation.retentionText, model);
    const { batch, once } = combine(cold, warm, validationBatches, passes);
    return { batch, once: uploading + once, memoryBytes: peakMemoryBytes() };
  });
}

async function timeRound({ context, evaluation, test }: EvaluationRehearsal, model: LoadedModel, clock: Clock): Promise<Round> {
  const seconds = { texts: 0, encoder: 0, fusion: 0, loss: 0, baselines: 0, statistics: 0, retention: 0, efficiency: 0 };
  const timed: DoPart = async (part, work) => {
    const startedAt = clock();
    const value = await work();
    seconds[part] = clock() - startedAt;
    return value;
  };
  const onProgress = () => requireNotStopped(context.signal);
  const texts = { ...context, ...evaluation, model, test, brief: true, onProgress };
  const { result } = await measureAll(context, evaluation, texts, timed);
  const milliseconds = result.efficiency.reduce((sum, point) => sum + point.millisecondsPerRequest, 0);
  return { seconds, requestSeconds: milliseconds / 1000 };
}

/** Fusion has rehearsed two batches: one of test users, and one of those that its weight is chosen on. */
function combine(cold: Round, warm: Round, validationBatches: number, passes: number): Pick<EvaluationRates, 'batch' | 'once'> {
  const parts = Object.keys(warm.seconds) as EvaluationPart[];
  const compiling = parts
    .filter((part) => part !== 'efficiency')
    .reduce((sum, part) => sum + Math.max(0, cold.seconds[part] - warm.seconds[part]), 0);
  const fusedBatch = warm.seconds.fusion / 2;
  const efficiency = cold.seconds.efficiency + (REPETITIONS - 1) * warm.requestSeconds;
  return {
    batch: BY_BATCH.reduce((sum, part) => sum + warm.seconds[part], fusedBatch),
    once: compiling + validationBatches * fusedBatch + passes * warm.seconds.retention + efficiency,
  };
}
