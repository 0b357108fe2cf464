import { z } from 'zod';
import { datasetNameSchema } from './dataset.ts';
import { datasetViewSchema } from './datasetView.ts';
import { modelNameSchema } from './model.ts';

/**
 * The experiment file (`*.experiment.jsonc`). Every value but `dataset` has a default; unknown keys are errors.
 * `.describe()` texts feed the editor's hover. Sizes follow the field's names: dModel, numLayers, numHeads.
 */

const positive = z.number().int().positive();
const rate = z.number().positive().max(1);

export const taskSchema = z.enum(['next-item', 'favourite-genre', 'review']);
export type Task = z.infer<typeof taskSchema>;

const optimizerFields = {
  steps: z.number().int().nonnegative().describe('Optimiser steps of this stage.'),
  batchSize: positive.describe('Examples per micro-batch.'),
  accumulation: positive.default(1).describe('Micro-batches whose gradients are averaged before each optimiser step.'),
  learningRate: rate.describe('Peak learning rate, reached after the warm-up.'),
  weightDecay: z.number().min(0).max(1).describe('Decoupled weight decay (AdamW); none on norms, biases, gates and embeddings.'),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('Share of the steps with a linearly rising learning rate; cosine to 0 afterwards.'),
  clipNorm: z.number().positive().default(1).describe('Global gradient norm is clipped to this.'),
};

const reviewSchema = z
  .strictObject({
    feature: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe('Which of the texts people wrote is the target; null: the summary where the dataset has one, else the first.'),
    maxTokens: z
      .number()
      .int()
      .min(2)
      .max(1024)
      .default(48)
      .describe('Tokens of a review at most, end-of-text included; longer ones are cut.'),
    lengthPenalty: z
      .number()
      .min(0)
      .max(4)
      .default(0.6)
      .describe('alpha of the length penalty in beam search (Wu et al. 2016): 0 prefers short reviews, 1 about the mean of the tokens.'),
  })
  .prefault({})
  .describe('Only for the task review.');

const historySchema = z
  .strictObject({
    embedded: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(50)
      .describe('Last events that the user encoder sees (the N of the sliding window).'),
    prompted: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe(
        'Last events that are written into the prompt as text: text-prompt needs them, text-summary sums them up; beside an encoder they are the short-term part (the paper: 10).',
      ),
  })
  .prefault({})
  .describe('How many events of a user the model sees, as embeddings and as text.');

const encoderPretrainingSchema = z
  .strictObject({
    ...optimizerFields,
    steps: optimizerFields.steps.default(400),
    batchSize: optimizerFields.batchSize.default(64),
    learningRate: optimizerFields.learningRate.default(2e-3),
    weightDecay: optimizerFields.weightDecay.default(0.1),
  })
  .prefault({})
  .describe('Training of the encoder on the next event, before it meets the language model.');

const dualEncoderSchema = z
  .strictObject({
    numEmbeddings: positive.max(256).default(1).describe('Embeddings of a user that the fusion layers give.'),
    labelFeature: z.enum(['title', 'genre', 'rating']).default('title').describe('Feature of the next event that is predicted.'),
    temperature: z.number().positive().max(10).default(0.1).describe('Similarities are divided by this.'),
  })
  .prefault({})
  .describe('Only for the architecture dual.');

const encoderSchema = z
  .strictObject({
    architecture: z
      .enum(['autoregressive', 'bert4rec', 'dual'])
      .default('autoregressive')
      .describe(
        'autoregressive: causal Transformer over events, features fused early (paper section 3.2). bert4rec: looks both ways, trained to name masked events. dual: a user and a label tower, features fused late.',
      ),
    features: z
      .array(z.enum(['title', 'genre', 'rating']))
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'every feature may be named once')
      .default(['title', 'genre', 'rating'])
      .describe('Features of an event that are embedded and predicted; left out: those of the three that the dataset has.'),
    labels: z
      .array(z.enum(['title', 'genre', 'rating']))
      .min(1)
      .nullable()
      .default(null)
      .describe('Features that are predicted, among features; null: all of them. ["title"] with features ["title"] is SASRec.'),
    sampledSoftmax: z
      .number()
      .int()
      .min(0)
      .max(65536)
      .default(0)
      .describe(
        'Wrong answers drawn for every batch when a vocabulary is larger than this; 0: every value is compared (full cross-entropy).',
      ),
    clozeRate: z.number().min(0).max(0.9).default(0.2).describe('bert4rec: share of the events that are masked in training.'),
    dual: dualEncoderSchema,
    dModel: positive.default(64).describe('Width of the encoder; the paper uses 128.'),
    numLayers: positive.default(2).describe('Transformer layers; the paper uses 6.'),
    numHeads: positive.default(2).describe('Attention heads; the paper uses 8. Divides dModel.'),
    dropout: z.number().min(0).max(0.9).default(0.2).describe('Dropout on event embeddings while pretraining.'),
    init: z
      .union([z.enum(['pretrained', 'random']), z.string().regex(/^run:.+$/, { abort: true })], {
        error: 'expected "pretrained", "random" or "run:<id>"',
      })
      .default('pretrained')
      .describe('Start from next-event pretraining, from random weights, or from the fine-tuned encoder of another run ("run:<id>").'),
    pretraining: encoderPretrainingSchema,
  })
  .refine((encoder) => encoder.dModel % encoder.numHeads === 0, {
    error: 'encoder.numHeads must divide encoder.dModel',
    path: ['numHeads'],
  })
  .refine((encoder) => encoder.labels === null || encoder.labels.every((name) => encoder.features.includes(name)), {
    error: 'encoder.labels may only name features of the encoder: a feature is predicted by its own embeddings',
    path: ['labels'],
  })
  .refine((encoder) => encoder.architecture !== 'dual' || encoder.features.includes(encoder.dual.labelFeature), {
    error: 'encoder.dual.labelFeature must be one of encoder.features',
    path: ['dual', 'labelFeature'],
  })
  .prefault({})
  .describe('The user encoder: it turns the events of a user into embeddings.');

const lmPretrainingSchema = z
  .strictObject({
    ...optimizerFields,
    steps: optimizerFields.steps.default(300),
    batchSize: optimizerFields.batchSize.default(64),
    learningRate: optimizerFields.learningRate.default(3e-3),
    weightDecay: optimizerFields.weightDecay.default(0.01),
  })
  .prefault({})
  .describe('Training of the small language model on the texts of the dataset, before it meets any user.');

const scratchModelSchema = z
  .strictObject({
    kind: z.enum(['scratch']).default('scratch').describe('A small GPT, trained here from scratch on the texts of the items.'),
    vocabularySize: z.number().int().min(300).max(65536).default(2048).describe('Byte-pair tokens, learned from the texts of the dataset.'),
    dModel: positive.default(128).describe('Width of the language model.'),
    numLayers: positive.default(3).describe('Transformer layers.'),
    numHeads: positive.default(4).describe('Attention heads. Divides dModel.'),
    pretraining: lmPretrainingSchema,
  })
  .refine((lm) => lm.dModel % lm.numHeads === 0, { error: 'languageModel.numHeads must divide languageModel.dModel', path: ['numHeads'] });

const languageModelSchema = z
  .union([modelNameSchema.describe('A pretrained language model of the workspace, by its name (userllm models list).'), scratchModelSchema])
  .prefault({});

const perceiverSchema = z
  .strictObject({
    numLatents: positive.max(1024).default(16).describe('Vectors that the events are compressed to; the paper: 16.'),
    numLayers: positive.max(64).default(6).describe('Layers of the Perceiver; the paper: 6.'),
    numHeads: positive.default(4).describe('Heads of its attention. Divides integration.projectionSize.'),
  })
  .nullable()
  .default(null)
  .describe('Perceiver resampler between encoder and language model: {} with the defaults, null without.');

const summarySchema = z
  .strictObject({
    writer: z
      .enum(['profile', 'language-model'])
      .default('profile')
      .describe(
        'profile: counts, favourite categories, recent drift and rating habits in fixed words. language-model: the language model, as it is before fine-tuning, continues the history.',
      ),
    maxTokens: z.number().int().min(8).max(512).default(64).describe('Tokens of a summary at most.'),
  })
  .prefault({})
  .describe('Only for text-summary.');

const integrationSchema = z
  .strictObject({
    kind: z
      .enum(['cross-attention', 'soft-prompt', 'text-prompt', 'text-summary', 'none'])
      .default('cross-attention')
      .describe(
        'How the language model learns about the user: cross-attention to user embeddings, user embeddings before the text (soft-prompt), the history as text in the prompt, a summary of it, or not at all.',
      ),
    gated: z.boolean().default(true).describe('Gated cross-attention: tanh(alpha) per layer (paper equation 4).'),
    gateInit: z
      .number()
      .min(-3)
      .max(3)
      .default(0)
      .describe('Where alpha starts. The paper starts at 0, which needs thousands of steps to leave; short runs learn far more from 0.5.'),
    residual: z
      .enum(['add', 'paper'])
      .default('add')
      .describe(
        'add: cross-attention is added to the residual stream. paper: equation 1 read literally, where the normalised text replaces it; for language models trained here.',
      ),
    everyNthLayer: positive.default(1).describe('Cross-attention in every n-th layer of the language model only.'),
    summary: summarySchema,
    perceiver: perceiverSchema,
    taskPromptLength: z.number().int().min(0).max(256).default(10).describe('Trained vectors before the user embeddings of a soft prompt.'),
    projectionSize: positive.default(64).describe('Width of the projected user embeddings.'),
    numHeads: positive.default(4).describe('Heads of each cross-attention layer. Divides languageModel.dModel.'),
  })
  .prefault({})
  .describe('How what is known of the user reaches the language model.');

const loraSchema = z
  .strictObject({
    rank: positive.max(1024).default(8).describe('Rank of every adapter; the paper: 8.'),
    alpha: z.number().positive().max(4096).default(16).describe('The adapters count alpha / rank times.'),
    targets: z
      .array(z.enum(['attention', 'feedForward']))
      .min(1)
      .refine((names) => new Set(names).size === names.length, 'every target may be named once')
      .default(['attention'])
      .describe('Matrices of every layer that have adapters.'),
  })
  .prefault({});

const trainingSchema = z
  .strictObject({
    ...optimizerFields,
    steps: optimizerFields.steps.default(300),
    batchSize: optimizerFields.batchSize.default(32),
    learningRate: optimizerFields.learningRate.default(1e-3),
    weightDecay: optimizerFields.weightDecay.default(1e-3),
    labelsPerHistory: positive
      .default(1)
      .describe(
        'Events in a row that are labels of one encoded history, each seeing what came before it: the encoder runs once for all of them. Divides batchSize.',
      ),
    validateEvery: positive.default(50).describe('Steps between validations (loss on the validation examples).'),
    checkpointEvery: positive.default(50).describe('Steps between checkpoints; a resumed run continues from the last one.'),
  })
  .prefault({})
  .describe('Fine-tuning on the task, the last stage that trains.');

const retentionSchema = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A file of plain text, absolute or as seen from the workspace, of which 8,192 tokens count; null: a text that comes with the program.',
      ),
  })
  .nullable()
  .prefault({})
  .describe(
    'Knowledge retention: perplexity, KL divergence and top-1 agreement with the language model before fine-tuning, on generic text; null leaves it out.',
  );

const evaluationSchema = z
  .strictObject({
    users: positive.default(1000).describe('Test users at most, drawn by seed; every user when there are fewer.'),
    beams: z.number().int().min(1).max(50).default(10).describe('Beams of free and of catalogue-constrained decoding.'),
    batchSize: positive.default(32).describe('Users decoded together.'),
    candidates: z
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(50)
      .describe(
        'Best items of the user encoder whose titles the language model scores for the fused next-item ranking; 0 leaves that ranking out.',
      ),
    bootstrap: positive.default(1000).describe('Bootstrap resamples behind each confidence interval.'),
    retention: retentionSchema,
    efficiencyAt: z.array(positive).default([50, 100, 200]).describe('History lengths at which requests are counted and timed.'),
  })
  .prefault({})
  .describe('What is measured in the end, and on how many users.');

const engineSchema = z
  .strictObject({
    name: z
      .enum(['onnx', 'tensorflow', 'reference'])
      .default('onnx')
      .describe(
        'onnx: ONNX Runtime, the fast one. tensorflow: TensorFlow on CUDA, where it is installed. reference: plain JavaScript, to compare with.',
      ),
    provider: z
      .enum(['auto', 'cpu', 'webgpu', 'cuda', 'dml', 'coreml'])
      .default('auto')
      .describe('auto: cpu, unless userllm doctor finds a hardware GPU.'),
    threads: z.number().int().min(0).max(256).default(0).describe('CPU threads; 0 = one per core.'),
  })
  .prefault({})
  .describe('What computes, and on which device.');

export const experimentSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1).max(120).default('experiment').describe('Shown in tables and tabs.'),
    dataset: datasetNameSchema.describe('Name of an imported dataset.'),
    data: datasetViewSchema
      .prefault({})
      .describe('Which of its events and users take part, in training, evaluation and report alike. Left out: all of them.'),
    task: taskSchema
      .default('next-item')
      .describe(
        'What the language model writes: the next title, the most frequent genre or category of the window, or what the user wrote about an item that they gave a rating.',
      ),
    review: reviewSchema,
    history: historySchema,
    encoder: encoderSchema,
    languageModel: languageModelSchema,
    integration: integrationSchema,
    strategy: z
      .enum(['full', 'lora', 'enc', 'proj'])
      .default('full')
      .describe(
        'full: everything trains. lora: adapters of the language model, encoder and projection. enc: encoder and projection. proj: projection alone. Cross-attention, gates, Perceiver and soft prompt always train.',
      ),
    lora: loraSchema.describe('Low-rank adapters of the language model, under the strategy lora.'),
    training: trainingSchema,
    evaluation: evaluationSchema,
    seed: z
      .number()
      .int()
      .min(0)
      .max(2 ** 31 - 1)
      .default(1)
      .describe('Seeds everything random: equal files with equal seeds give equal results, bit for bit.'),
    engine: engineSchema,
  })
  .refine(({ languageModel: lm, integration }) => typeof lm === 'string' || lm.dModel % integration.numHeads === 0, {
    error: 'integration.numHeads must divide languageModel.dModel',
    path: ['integration', 'numHeads'],
  })
  .refine((e) => e.training.batchSize % e.training.labelsPerHistory === 0, {
    error: 'training.labelsPerHistory must divide training.batchSize',
    path: ['training', 'labelsPerHistory'],
  })
  .refine((e) => e.training.labelsPerHistory <= e.history.embedded, {
    error: 'training.labelsPerHistory must be at most history.embedded',
    path: ['training', 'labelsPerHistory'],
  })
  .refine((e) => e.training.labelsPerHistory === 1 || e.task === 'next-item', {
    error: 'training.labelsPerHistory above 1 needs task "next-item": another label is about the whole history',
    path: ['training', 'labelsPerHistory'],
  })
  .refine((e) => e.training.labelsPerHistory === 1 || e.encoder.architecture === 'autoregressive', {
    error: 'training.labelsPerHistory above 1 needs the autoregressive encoder: another one lets earlier events see later ones',
    path: ['training', 'labelsPerHistory'],
  })
  .refine((e) => typeof e.languageModel === 'string' || e.integration.everyNthLayer <= e.languageModel.numLayers, {
    error: 'integration.everyNthLayer must not exceed languageModel.numLayers: no layer would attend to the user',
    path: ['integration', 'everyNthLayer'],
  })
  .refine((e) => e.integration.perceiver === null || e.integration.projectionSize % e.integration.perceiver.numHeads === 0, {
    error: 'integration.perceiver.numHeads must divide integration.projectionSize',
    path: ['integration', 'perceiver', 'numHeads'],
  })
  .refine((e) => e.integration.kind !== 'text-prompt' || e.history.prompted > 0, {
    error: 'integration "text-prompt" needs history.prompted > 0: the events written into the prompt',
    path: ['history', 'prompted'],
  })
  .refine((e) => e.integration.kind !== 'text-summary' || e.history.prompted > 0, {
    error: 'integration "text-summary" needs history.prompted > 0: the events that are summed up',
    path: ['history', 'prompted'],
  });

/** The experiment as written: only what the person set. */
export type ExperimentInput = z.input<typeof experimentSchema>;
/** The resolved experiment: every value present; stored with the run. */
export type Experiment = z.output<typeof experimentSchema>;
export type EncoderConfig = Experiment['encoder'];
/** The name of a pretrained language model, or the sizes of one that is made from scratch. */
export type LanguageModelConfig = Experiment['languageModel'];
export type ScratchModelConfig = Exclude<LanguageModelConfig, string>;
export type IntegrationConfig = Experiment['integration'];
/** Kinds of integration in which an encoder takes part. */
export function usesEncoder({ kind }: Pick<IntegrationConfig, 'kind'>): boolean {
  return kind === 'cross-attention' || kind === 'soft-prompt';
}
export type OptimizerConfig = Pick<
  Experiment['training'],
  'steps' | 'batchSize' | 'accumulation' | 'learningRate' | 'weightDecay' | 'warmup' | 'clipNorm'
>;

/** One thing wrong with an experiment file; offsets count UTF-16 units, lines and columns from 1. */
export const problemSchema = z.object({
  message: z.string(),
  severity: z.enum(['error', 'warning']),
  path: z.string(),
  line: z.number().int(),
  column: z.number().int(),
  endLine: z.number().int(),
  endColumn: z.number().int(),
});
export type Problem = z.infer<typeof problemSchema>;

/**
 * JSON Schema of the experiment file, for the editor's completion and hover.
 * @param models names of pretrained language models, to be offered
 */
export function experimentJsonSchema(models: readonly string[] = []): Record<string, unknown> {
  const schema = z.toJSONSchema(experimentSchema, { io: 'input', unrepresentable: 'any' });
  const languageModel = schema.properties!['languageModel'] as z.core.JSONSchema.Schema;
  const name = languageModel.anyOf!.find(
    (alternative) => (alternative as z.core.JSONSchema.Schema).type === 'string',
  ) as z.core.JSONSchema.Schema;
  name.examples = [...models];
  return schema as Record<string, unknown>;
}
