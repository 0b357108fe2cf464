import { z } from 'zod';

/** Names of language models appear in experiment files and on the command line. */
export const modelNameSchema = z
  .string()
  .min(1)
  .max(80)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u,
    'a model name starts with a letter or digit and holds letters, digits, space, ".", "_" or "-"',
  );

/** A pretrained language model that was added to the workspace. Its folder stays where it is. */
export const modelSummarySchema = z.object({
  name: z.string(),
  path: z.string(),
  /** A person's name of the architecture: "Llama". */
  architecture: z.string(),
  parameters: z.number().int(),
  /** Types of the stored weights, most frequent first. */
  types: z.array(z.string()),
  /** Longest text in tokens. */
  maxPositions: z.number().int(),
  vocabularySize: z.number().int(),
  /** Whether it can be talked to: an instruct model. */
  hasChatTemplate: z.boolean(),
  /** Name of the licence file in the folder, where there is one. */
  licenseFile: z.string().nullable(),
  sizeBytes: z.number().int(),
  /** SHA-256 (hex) over configuration, tokenizer and weights. */
  fingerprint: z.string(),
  addedAtMs: z.number().int(),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** A user encoder that a run trained, as that run's fine-tuning left it: `"encoder": { "init": "run:<runId>" }` takes it. */
export const encoderSummarySchema = z.object({
  runId: z.string(),
  runName: z.string(),
  architecture: z.string(),
  features: z.array(z.string()),
  dModel: z.number().int(),
  numLayers: z.number().int(),
  numHeads: z.number().int(),
  /** Last events that it sees. */
  history: z.number().int(),
  parameters: z.number().int(),
  datasetName: z.string(),
  /** Where its weights came from before fine-tuning: `pretrained`, `random` or `run:<id>`. */
  init: z.string(),
  /** Whether fine-tuning changed it, too. */
  finetuned: z.boolean(),
  /** Checkpoint that holds it, beside the rest of the run's model and its optimiser. */
  path: z.string(),
  sizeBytes: z.number(),
  trainedAtMs: z.number(),
});
export type EncoderSummary = z.infer<typeof encoderSummarySchema>;

/** How a text is continued. Without a temperature the likeliest token is taken each time. */
export const generationOptionsSchema = z.object({
  maxTokens: z.number().int().min(1).max(100_000).default(100),
  /** Scores are divided by this before the soft-max; 0: greedy. */
  temperature: z.number().min(0).max(100).default(0),
  /** Only the likeliest tokens may be drawn; 0: all. */
  topK: z.number().int().min(0).default(0),
  /** Only the likeliest tokens whose probabilities together reach this may be drawn. */
  topP: z.number().gt(0).max(1).default(1),
  /** Above 1: tokens that the text already has become less likely. */
  repetitionPenalty: z.number().gt(0).max(100).default(1),
  /** More than 1: beam search, without drawing. */
  beams: z.number().int().min(1).max(50).default(1),
  /** Generation ends before any of these texts. */
  stop: z.array(z.string().min(1)).max(16).default([]),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
});
export type GenerationOptions = z.output<typeof generationOptionsSchema>;

export const generatedTextSchema = z.object({
  prompt: z.string(),
  /** What was written after the prompt. */
  text: z.string(),
  /** `text` token by token, as it was given out; letters that several tokens make come with the last of them. */
  pieces: z.array(z.string()),
  promptTokens: z.number().int(),
  tokens: z.number().int(),
  /** Why it ended: an end-of-text token, a stop text, the limit of tokens, or a person. */
  ended: z.enum(['end-of-text', 'stop', 'length', 'cancelled']),
  /** From the request, with the model loaded, to the first token. */
  firstTokenMs: z.number(),
  /** Of the tokens after the first; null for a single one. */
  tokensPerSecond: z.number().nullable(),
});
export type GeneratedText = z.infer<typeof generatedTextSchema>;

export const modelVerificationSchema = z.object({
  name: z.string(),
  /** Whether the files are those that were added. */
  unchanged: z.boolean(),
  fingerprint: z.string(),
  /** exp of the mean loss per token on `text`; null for a text of one token. */
  perplexity: z.number().nullable(),
  text: z.string(),
  tokens: z.number().int(),
});
export type ModelVerification = z.infer<typeof modelVerificationSchema>;
