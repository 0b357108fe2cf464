import { countCategories, type DatasetSummary } from '../../src-shared/dataset.ts';
import { type ExperimentInput, experimentSchema, type Task } from '../../src-shared/experiment.ts';
import { experimentKey } from '../experiment/earlierRuns.ts';
import type { Size } from './sizes.ts';

/** What an experiment of the paper is about, in the words of its tables. */
export interface Variant {
  readonly task: Task;
  readonly kind?: 'cross-attention' | 'soft-prompt' | 'text-prompt' | 'text-summary' | 'none';
  readonly strategy?: 'full' | 'lora' | 'enc' | 'proj';
  readonly encoder?: 'autoregressive' | 'dual' | 'bert4rec';
  readonly init?: 'pretrained' | 'random';
  /** Events that the encoder sees; the size's standard when left out. */
  readonly embedded?: number;
  readonly prompted?: number;
  readonly perceiver?: boolean;
  /** A component that is taken out or replaced. */
  readonly ablation?: 'no gates' | 'titles only' | 'equation 1 read literally' | 'every second layer';
}

/** What the tables are computed with. */
export interface Givens {
  readonly size: Size;
  readonly dataset: DatasetSummary;
  readonly reviewDataset: DatasetSummary | null;
  readonly languageModel: string | null;
}

export interface PlannedExperiment {
  /** Equal for experiments that give equal results: everything but the name. */
  readonly key: string;
  readonly name: string;
  readonly dataset: string;
  readonly input: ExperimentInput;
}

/** Titles met less often are left out of catalogues that a small model cannot learn in minutes (docs/adr/0013-many-titles-in-minutes.md). */
const MANY_ITEMS = 3000;
const RARE = 10;

/** The experiment of a variant; null where it needs texts or categories that no dataset has. */
export function planVariant(variant: Variant, seed: number, givens: Givens): PlannedExperiment | null {
  const dataset = variant.task === 'review' ? givens.reviewDataset : givens.dataset;
  if (!dataset || (variant.task === 'favourite-genre' && countCategories(dataset) === 0)) return null;
  const name = nameOf(variant, seed, givens.size);
  const input = inputOf(variant, seed, givens, dataset);
  return { key: experimentKey(experimentSchema.parse(input)), name, dataset: dataset.name, input: { name, ...input } };
}

/** "random encoder, enc, dual encoder, cross-attention, next-item (smoke, seed 1)": what differs from the usual comes first, so that a narrow list shows it. */
function nameOf(variant: Variant, seed: number, size: Size): string {
  const { task, kind = 'cross-attention', encoder, strategy, init, embedded, prompted, perceiver, ablation } = variant;
  const parts = [
    ablation,
    perceiver && 'Perceiver',
    prompted !== undefined && `${prompted} prompted`,
    embedded !== undefined && `${embedded} events`,
    init === 'random' && 'random encoder',
    strategy && strategy !== 'full' && strategy,
    encoder && encoder !== 'autoregressive' && `${encoder} encoder`,
    kind,
    task,
  ];
  return `${parts.filter(Boolean).join(', ')} (${size.name}, seed ${seed})`;
}

function inputOf(variant: Variant, seed: number, { size, languageModel }: Givens, dataset: DatasetSummary): ExperimentInput {
  const { task, kind = 'cross-attention', strategy = 'full', embedded = size.embedded } = variant;
  const { base } = size;
  const asText = kind === 'text-prompt' || kind === 'text-summary';
  const prompted = variant.prompted ?? (asText ? size.prompted : 0);
  const hasManyItems = dataset.items >= MANY_ITEMS && task !== 'review';
  const manyItems = hasManyItems ? size.manyItems : null;
  return {
    dataset: dataset.name,
    ...(hasManyItems && size.name !== 'paper' && { data: { minEventsPerItem: RARE } }),
    task,
    history: { embedded, prompted },
    encoder: encoderOf(variant, base, dataset),
    languageModel: languageModel ?? scratchModel(base, manyItems),
    integration: integrationOf(variant, size),
    strategy,
    training: trainingOf(variant, size, { embedded, prompted }, manyItems),
    evaluation: { ...base.evaluation, efficiencyAt: [...new Set([...size.promptedLengths, ...size.lengths])].sort((a, b) => a - b) },
    seed,
  };
}

/** Labels in a row share one encoded history where the encoder is causal and nothing is written into the prompt. */
function trainingOf(
  { task, encoder = 'autoregressive' }: Variant,
  size: Size,
  history: { embedded: number; prompted: number },
  manyItems: Size['manyItems'],
) {
  if (task !== 'next-item') return { ...size.training[task] };
  const training = { ...size.training[task], ...manyItems?.training };
  if (encoder !== 'autoregressive' || history.prompted > 0) return { ...training, batchSize: size.singleLabels, labelsPerHistory: 1 };
  return { ...training, labelsPerHistory: powerOfTwoUpTo(Math.min(training.labelsPerHistory ?? 1, history.embedded)) };
}

function scratchModel({ languageModel }: Size['base'], manyItems: Size['manyItems']): ExperimentInput['languageModel'] {
  if (!manyItems || typeof languageModel !== 'object') return languageModel!;
  return { ...languageModel, vocabularySize: manyItems.vocabularySize };
}

/** Divides every batch size that is a power of two itself. */
function powerOfTwoUpTo(limit: number): number {
  return 2 ** Math.floor(Math.log2(limit));
}

const FEATURES = ['title', 'genre', 'rating'] as const;

/** The features are written down, so that what runs is what the key stands for. */
function encoderOf(variant: Variant, { encoder }: Size['base'], dataset: DatasetSummary) {
  const { encoder: architecture = 'autoregressive', init = 'pretrained', ablation } = variant;
  const known = FEATURES.filter((name) => dataset.features.some((feature) => feature.name === name));
  const features = ablation === 'titles only' ? known.slice(0, 1) : known;
  return { architecture, features, ...encoder, init };
}

function integrationOf({ kind = 'cross-attention', perceiver, ablation }: Variant, size: Size) {
  return {
    kind,
    ...size.base.integration,
    ...(perceiver && { perceiver: { ...size.perceiver } }),
    ...(ablation === 'no gates' && { gated: false }),
    ...(ablation === 'equation 1 read literally' && { residual: 'paper' as const }),
    ...(ablation === 'every second layer' && { everyNthLayer: 2 }),
  };
}
