import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Experiment, OptimizerConfig } from '../../../src-shared/experiment.ts';
import { temporaryFileName } from '../../store/temporary.ts';
import type { Workspace } from '../../store/workspace.ts';
import { hashDescription } from '../sharedStages.ts';
import { APP_VERSION } from '../version.ts';
import { type Rates, ratesSchema } from './rates.ts';
import { rehearsedSteps } from './rehearseStage.ts';

export interface MeasuredOn {
  readonly experiment: Experiment;
  readonly datasetFingerprint: string;
  /** Fingerprint of the pretrained language model; null without one. */
  readonly modelFingerprint: string | null;
}

/**
 * Equal for experiments that are measured alike: on this device, with this version, on the same data, and of the same sizes. Numbers that only
 * multiply what was measured, or change nothing about it, are left out.
 */
export function ratesKey({ experiment, datasetFingerprint, modelFingerprint }: MeasuredOn): string {
  const { name: _, $schema: __, seed: ___, training, evaluation, encoder, languageModel, ...rest } = experiment;
  const { validateEvery: ____, checkpointEvery: _____, ...finetuning } = training;
  const { users, ...tested } = evaluation;
  return hashDescription({
    ...rest,
    training: { ...finetuning, ...measuredAlike(training) },
    evaluation: { ...tested, users: Math.min(users, evaluation.batchSize) },
    encoder: { ...encoder, pretraining: { ...encoder.pretraining, ...measuredAlike(encoder.pretraining) } },
    languageModel:
      typeof languageModel === 'string'
        ? modelFingerprint
        : { ...languageModel, pretraining: { ...languageModel.pretraining, ...measuredAlike(languageModel.pretraining) } },
    datasetFingerprint,
    version: APP_VERSION,
    device: [process.platform, process.arch, cpus().length, cpus()[0]?.model, totalmem()],
  });
}

/** Longer stages are measured like short ones, at any learning rate. */
function measuredAlike(config: OptimizerConfig): Partial<OptimizerConfig> {
  return { steps: rehearsedSteps(config), learningRate: 1, weightDecay: 0, warmup: 0, clipNorm: 1 };
}

function pathOf(workspace: Workspace, key: string): string {
  return join(workspace.blobsPath, 'rates', `${key}.json`);
}

/** The rates measured under a key; null where there are none, or not in this form. */
export function readRates(workspace: Workspace, key: string): Rates | null {
  const path = pathOf(workspace, key);
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  try {
    return ratesSchema.parse(JSON.parse(text));
  } catch {
    // Cut off, or of another form: measured anew and replaced.
    return null;
  }
}

export function keepRates(workspace: Workspace, key: string, rates: Rates): void {
  const path = pathOf(workspace, key);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = temporaryFileName(path);
  writeFileSync(temporary, JSON.stringify(rates));
  renameSync(temporary, path);
}
