import { describe, expect, it } from 'vitest';
import { keepRates, ratesKey, readRates } from '../../../src-main/experiment/rehearsal/keptRates.ts';
import { estimateRun, type Rates } from '../../../src-main/experiment/rehearsal/rates.ts';
import { neededStages } from '../../../src-main/experiment/stages.ts';
import { temporaryWorkspace } from '../../store/temporaryWorkspace.ts';
import { tinyExperiment } from '../tinyDataset.ts';

const rates: Rates = {
  preparation: 2,
  summary: 0.5,
  'pretrain-encoder': { step: 0.1, once: 1, validation: 0.5, checkpoint: 0.25, memoryBytes: 100 },
  'pretrain-language-model': { step: 0.2, once: 2, validation: 0, checkpoint: 0, memoryBytes: 150 },
  finetune: { step: 1, once: 3, validation: 10, checkpoint: 4, memoryBytes: 300 },
  evaluate: { batch: 2, once: 5, memoryBytes: 200 },
  engine: { name: 'onnx', provider: 'cpu' },
  tokenizer: { hash: 'abc', vocabularySize: 300 },
  measuredAtMs: 0,
};

// Encoder and language model: 8 steps. Fine-tuning: 10 steps, validated every 4 and saved every 3.
const experiment = tinyExperiment();
const estimateOf = (sizes = { testUsers: 6, summarised: 0 }, reused: Parameters<typeof estimateRun>[4] = new Set()) =>
  estimateRun(experiment, neededStages(experiment), rates, sizes, reused);

describe('estimateRun', () => {
  it('adds steps, validations and checkpoints of a stage, those after its last step included', () => {
    expect(estimateOf().stages.map(({ name, seconds }) => [name, seconds])).toEqual([
      ['pretrain-encoder', 1 + 8 * 0.1 + 2 * 0.5 + 3 * 0.25],
      ['pretrain-language-model', 2 + 8 * 0.2],
      ['finetune', 3 + 10 + 3 * 10 + 4 * 4],
      ['evaluate', 5 + 2 * 2],
    ]);
  });

  it('sums up the stages, and takes the memory of the largest', () => {
    const { stages, seconds, memoryBytes } = estimateOf();
    expect(seconds).toBeCloseTo(stages.reduce((sum, stage) => sum + stage.seconds, 2));
    expect(memoryBytes).toBe(300);
  });

  it('counts nothing for a stage that an earlier run has trained', () => {
    const stage = estimateOf(undefined, new Set(['pretrain-encoder'])).stages[0]!;
    expect(stage).toMatchObject({ seconds: 0, reused: true });
  });

  it('adds the summaries that are written before fine-tuning', () => {
    const finetune = (summarised: number) => estimateOf({ testUsers: 6, summarised }).stages[2]!.seconds;
    expect(finetune(8) - finetune(0)).toBeCloseTo(4);
  });
});

describe('the key of kept rates', () => {
  const keyOf = (overrides: Parameters<typeof tinyExperiment>[0], datasetFingerprint = 'data') =>
    ratesKey({ experiment: tinyExperiment(overrides), datasetFingerprint, modelFingerprint: null });

  it('is the same for experiments that differ in what multiplies the measured steps', () => {
    const training = { batchSize: 4, learningRate: 0.01, warmup: 0.5 };
    const one = keyOf({ name: 'one', seed: 1, training: { ...training, steps: 50, validateEvery: 4, checkpointEvery: 9 } });
    const other = keyOf({ name: 'other', seed: 2, training: { ...training, learningRate: 0.1, warmup: 0, steps: 900, validateEvery: 8 } });
    expect(other).toBe(one);
  });

  it.each([
    { training: { batchSize: 8 } },
    { training: { steps: 0 } },
    { encoder: { dModel: 16 } },
    { languageModel: { dModel: 16 } },
    { integration: { kind: 'none' } },
    { evaluation: { candidates: 5 } },
    { strategy: 'enc' },
    { engine: { name: 'onnx' } },
  ] as const)('is another for %j', (overrides) => {
    expect(keyOf(overrides)).not.toBe(keyOf({}));
  });

  it('is another on other data', () => {
    expect(keyOf({}, 'other data')).not.toBe(keyOf({}));
  });
});

describe('kept rates', () => {
  it('are read as they were kept, and are missing under other keys', () => {
    const workspace = temporaryWorkspace();
    keepRates(workspace, 'mine', rates);
    expect(readRates(workspace, 'mine')).toEqual(rates);
    expect(readRates(workspace, 'other')).toBeNull();
  });

  it('count as missing where they have another form', () => {
    const workspace = temporaryWorkspace();
    keepRates(workspace, 'mine', { ...rates, evaluate: undefined } as unknown as Rates);
    expect(readRates(workspace, 'mine')).toBeNull();
  });
});
