import type { ExperimentInput, Task } from '../../src-shared/experiment.ts';
import type { ReproductionSize } from '../../src-shared/reproduction.ts';

/** Everything of the experiments that depends on how much time there is. */
export interface Size {
  readonly name: ReproductionSize;
  /** Events that the encoder sees; the paper: 50. */
  readonly embedded: number;
  /** Histories of the tables about their length; the paper: 50, 100, 200. */
  readonly lengths: readonly [number, number, number];
  /** Events of a text prompt, and of its shorter versions. */
  readonly prompted: number;
  readonly promptedLengths: readonly number[];
  /** Long + short term: events embedded and events prompted; the paper: 50 and 10. */
  readonly shortTerm: number;
  readonly perceiver: { readonly numLatents: number; readonly numLayers: number };
  /** What every experiment has in common. */
  readonly base: Omit<ExperimentInput, 'dataset'>;
  readonly training: Readonly<Record<Task, ExperimentInput['training']>>;
  /** Next item on a catalogue of thousands of titles, whose steps cost several times as much (docs/adr/0013-many-titles-in-minutes.md). */
  readonly manyItems: { readonly vocabularySize: number; readonly training: ExperimentInput['training'] } | null;
  /** Labels of a step of next item where each needs a history or a prompt of its own, which costs many times as much. */
  readonly singleLabels: number;
  /** How it differs from the paper, for the notes under every table. */
  readonly difference: string;
}

function sameForAll(training: ExperimentInput['training']): Size['training'] {
  return { 'next-item': training, 'favourite-genre': training, review: training };
}

const SMOKE: Size = {
  name: 'smoke',
  embedded: 25,
  lengths: [10, 25, 50],
  prompted: 5,
  promptedLengths: [2, 5, 10],
  shortTerm: 5,
  perceiver: { numLatents: 8, numLayers: 2 },
  base: {
    encoder: { dModel: 64, numLayers: 2, numHeads: 2, pretraining: { steps: 300, batchSize: 64, learningRate: 0.003 } },
    languageModel: {
      vocabularySize: 1024,
      dModel: 64,
      numLayers: 2,
      numHeads: 4,
      pretraining: { steps: 1500, batchSize: 128, learningRate: 0.005 },
    },
    integration: { gateInit: 0.5, projectionSize: 32, numHeads: 4 },
    evaluation: { users: 200, beams: 10, candidates: 20, bootstrap: 200 },
  },
  training: {
    ...sameForAll({ steps: 150, batchSize: 64, learningRate: 0.002, validateEvery: 150, checkpointEvery: 150 }),
    'next-item': { steps: 300, batchSize: 256, labelsPerHistory: 16, learningRate: 0.003, validateEvery: 150, checkpointEvery: 150 },
  },
  manyItems: { vocabularySize: 2048, training: { steps: 200, batchSize: 128, validateEvery: 100 } },
  singleLabels: 64,
  difference:
    'smoke: an encoder of 2 layers, 64 wide, a language model of 2 layers, 64 wide, hundreds of steps and 200 test users, where the paper has 6 layers, 128 wide, PaLM 2-XXS, and up to 10,000 steps of 8,192 examples; a step of next item has 256 examples (128 with thousands of titles) where histories can be shared, 64 with prompted events and with dual and BERT4Rec encoders',
};

const SMALL: Size = {
  name: 'small',
  embedded: 50,
  lengths: [50, 100, 200],
  prompted: 20,
  promptedLengths: [5, 10, 20],
  shortTerm: 10,
  perceiver: { numLatents: 16, numLayers: 2 },
  base: {
    encoder: { dModel: 64, numLayers: 2, numHeads: 2, pretraining: { steps: 2000, batchSize: 64, learningRate: 0.002 } },
    languageModel: {
      vocabularySize: 2048,
      dModel: 128,
      numLayers: 3,
      numHeads: 4,
      pretraining: { steps: 2000, batchSize: 64, learningRate: 0.003 },
    },
    integration: { gateInit: 0.5, projectionSize: 64, numHeads: 4 },
    evaluation: { users: 1000, beams: 10, candidates: 50, bootstrap: 1000 },
  },
  training: {
    ...sameForAll({ steps: 1500, batchSize: 64, learningRate: 0.001, validateEvery: 250, checkpointEvery: 250 }),
    'next-item': { steps: 1500, batchSize: 256, labelsPerHistory: 16, learningRate: 0.002, validateEvery: 250, checkpointEvery: 250 },
  },
  manyItems: null,
  singleLabels: 64,
  difference:
    'small: an encoder of 2 layers, 64 wide, a language model of 3 layers, 128 wide, and 1,500 steps of 64 examples, of 256 where histories can be shared, where the paper has 6 layers, 128 wide, PaLM 2-XXS, and up to 10,000 steps of 8,192 examples',
};

/** Table 7: batches of the paper by accumulation of micro-batches. */
const PAPER: Size = {
  name: 'paper',
  embedded: 50,
  lengths: [50, 100, 200],
  prompted: 50,
  promptedLengths: [10, 25, 50],
  shortTerm: 10,
  perceiver: { numLatents: 16, numLayers: 6 },
  base: {
    encoder: {
      dModel: 128,
      numLayers: 6,
      numHeads: 8,
      pretraining: { steps: 10_000, batchSize: 512, accumulation: 64, learningRate: 1e-4, weightDecay: 0.1 },
    },
    languageModel: {
      vocabularySize: 16_384,
      dModel: 512,
      numLayers: 8,
      numHeads: 8,
      pretraining: { steps: 20_000, batchSize: 256, learningRate: 1e-3 },
    },
    integration: { gateInit: 0, projectionSize: 128, numHeads: 8 },
    evaluation: { users: 10_000, beams: 10, candidates: 50, bootstrap: 1000 },
  },
  training: {
    'next-item': {
      steps: 10_000,
      batchSize: 128,
      accumulation: 64,
      learningRate: 1e-3,
      weightDecay: 1e-3,
      validateEvery: 500,
      checkpointEvery: 250,
    },
    'favourite-genre': {
      steps: 5000,
      batchSize: 128,
      accumulation: 8,
      learningRate: 1e-3,
      weightDecay: 1e-3,
      validateEvery: 500,
      checkpointEvery: 250,
    },
    review: {
      steps: 5000,
      batchSize: 64,
      accumulation: 32,
      learningRate: 1e-3,
      weightDecay: 0.1,
      validateEvery: 500,
      checkpointEvery: 250,
    },
  },
  manyItems: null,
  singleLabels: 128,
  difference:
    "paper: the paper's encoder and Table 7; its language model, PaLM 2-XXS, is not public: another one stands in for it, or one that is made from scratch",
};

const SIZES: Record<ReproductionSize, Size> = { smoke: SMOKE, small: SMALL, paper: PAPER };

export function sizeOf(name: ReproductionSize): Size {
  return SIZES[name];
}
