import { z } from 'zod';
import { attentionSchema, examinedSchema, occlusionSchema } from './attention.ts';
import {
  datasetFormatSchema,
  datasetNameSchema,
  datasetReportSchema,
  datasetSummarySchema,
  exportProgressSchema,
  importPreviewSchema,
  importProgressSchema,
  itemSummarySchema,
  rejectionSchema,
  tableMappingSchema,
  timelineEventSchema,
  userSummarySchema,
} from './dataset.ts';
import { datasetViewSchema } from './datasetView.ts';
import { estimateStatusSchema } from './estimate.ts';
import { problemSchema } from './experiment.ts';
import { userHistorySchema, writtenFor } from './history.ts';
import {
  encoderSummarySchema,
  generatedTextSchema,
  generationOptionsSchema,
  modelNameSchema,
  modelSummarySchema,
  modelVerificationSchema,
} from './model.ts';
import { reproductionRequestSchema, reproductionSchema } from './reproduction.ts';
import {
  comparisonSchema,
  configurationsSchema,
  curveSchema,
  exportRequestSchema,
  metricPointSchema,
  pairedTestSchema,
  rightUsersSchema,
  runDetailSchema,
  runSummarySchema,
  stageNameSchema,
} from './run.ts';
import { sweepPlanSchema, sweepPreviewSchema } from './sweep.ts';

/** The one contract between the workbench (or any client) and the backend: each method's input and output. */
const nothing = z.object({});
const runRef = z.object({ runId: z.string() });
const experimentFileSchema = z.object({ path: z.string(), name: z.string(), modifiedAtMs: z.number() });
const page = { offset: z.number().int().min(0).default(0), limit: z.number().int().min(1).max(1000).default(100) };
const search = z.string().default('');
const descending = z.boolean().default(false);

export const engineStatusSchema = z.object({
  engine: z.string(),
  provider: z.string(),
  available: z.boolean(),
  device: z.string().nullable(),
  /** Why it is not available, and how to get it. */
  reason: z.string().nullable(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const doctorReportSchema = z.object({
  engines: z.array(engineStatusSchema),
  versions: z.record(z.string(), z.string()),
  workspace: z.object({ path: z.string(), databaseBytes: z.number(), blobsBytes: z.number(), schemaVersion: z.number() }),
});
export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** The data, stages, parameter counts and tokens of an experiment before it runs. */
export const planSchema = z.object({
  /** What takes part, and of how much: the view that the experiment's `data` section chooses. */
  data: z.object({ users: z.number(), events: z.number(), dataset: z.object({ users: z.number(), events: z.number() }) }),
  stages: z.array(z.object({ name: z.string(), steps: z.number(), examples: z.number(), tokens: z.number(), flops: z.number() })),
  parameters: z.object({
    total: z.number(),
    trainable: z.number(),
    byComponent: z.record(z.string(), z.object({ total: z.number(), trainable: z.number() })),
  }),
});
export type Plan = z.infer<typeof planSchema>;

/** `inCatalogue` null: the task has no catalogue. */
export const generationSchema = z.object({
  prompt: z.string(),
  candidates: z.array(z.object({ text: z.string(), score: z.number(), inCatalogue: z.boolean().nullable() })),
});

/** Preferences of the person, and those of one workspace, which go before them. */
export const preferenceScopeSchema = z.enum(['user', 'workspace']);
export type PreferenceScope = z.infer<typeof preferenceScopeSchema>;
const preferenceValues = z.record(z.string(), z.unknown());

export const contract = {
  'workspace.info': {
    input: nothing,
    output: z.object({ path: z.string(), name: z.string(), version: z.string() }),
  },
  /** Engines are tried once a backend, and anew with `again`. */
  'doctor.report': { input: z.object({ again: z.boolean().default(false) }), output: doctorReportSchema },

  'files.list': {
    /** Empty path: the person's home folder. */
    input: z.object({ path: z.string() }),
    output: z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(z.object({ name: z.string(), path: z.string(), folder: z.boolean(), sizeBytes: z.number() })),
    }),
  },

  'datasets.list': { input: nothing, output: z.array(datasetSummarySchema) },
  /** What is in a dataset, or in a view of it. */
  'datasets.report': { input: z.object({ name: z.string(), view: datasetViewSchema.prefault({}) }), output: datasetReportSchema },
  'datasets.rejections': {
    input: z.object({ name: z.string(), ...page }),
    output: z.object({ total: z.number(), rows: z.array(rejectionSchema) }),
  },
  'datasets.users': {
    input: z.object({ name: z.string(), search, sort: userSummarySchema.keyof().default('userId'), descending, ...page }),
    output: z.object({ total: z.number(), rows: z.array(userSummarySchema) }),
  },
  'datasets.items': {
    input: z.object({ name: z.string(), search, sort: itemSummarySchema.keyof().default('events'), descending, ...page }),
    output: z.object({ total: z.number(), rows: z.array(itemSummarySchema) }),
  },
  'datasets.timeline': { input: z.object({ name: z.string(), userId: z.number().int() }), output: z.array(timelineEventSchema) },
  /** What a source holds; format null: as its content tells. */
  'datasets.preview': {
    input: z.object({ path: z.string(), format: datasetFormatSchema.nullable().default(null) }),
    output: importPreviewSchema,
  },
  /** Which of the first rows an import would not keep, and why. */
  'datasets.previewProblems': {
    input: z.object({
      path: z.string(),
      format: datasetFormatSchema.nullable().default(null),
      mapping: tableMappingSchema.nullable().default(null),
    }),
    output: z.array(rejectionSchema),
  },
  /** Starts an import; follow it by the `import.progress` event. Fails at once when the name is taken. */
  'datasets.import': {
    input: z.object({
      path: z.string(),
      name: datasetNameSchema,
      format: datasetFormatSchema.nullable().default(null),
      /** Of a table; null: as names and content of its columns suggest. */
      mapping: tableMappingSchema.nullable().default(null),
    }),
    output: z.object({ importId: z.string() }),
  },
  /** Makes up a dataset called "sample" in the workspace, and imports it. */
  'datasets.importSample': { input: nothing, output: z.object({ importId: z.string() }) },
  'datasets.imports': { input: nothing, output: z.array(importProgressSchema) },
  'datasets.cancelImport': { input: z.object({ importId: z.string() }), output: nothing },
  /** Runs that were made with it follow; experiment files that name it do not. */
  'datasets.rename': { input: z.object({ name: z.string(), newName: datasetNameSchema }), output: nothing },
  'datasets.delete': { input: z.object({ name: z.string() }), output: z.object({ freedBytes: z.number() }) },
  /**
   * Writes the events of a dataset, or of a view of it, to a CSV or Parquet file: what the name ends with decides. How far
   * it is, `export.progress` events say; by an `exportId` of one's own it can be cancelled.
   */
  'datasets.export': {
    input: z.object({
      name: z.string(),
      path: z.string(),
      view: datasetViewSchema.prefault({}),
      overwrite: z.boolean().default(false),
      exportId: z.string().max(100).optional(),
    }),
    output: z.object({ path: z.string(), events: z.number(), sizeBytes: z.number() }),
  },
  /** Exports under way. */
  'datasets.exports': { input: nothing, output: z.array(exportProgressSchema) },
  'datasets.cancelExport': { input: z.object({ exportId: z.string() }), output: nothing },

  'experiments.list': { input: nothing, output: z.array(experimentFileSchema) },
  'experiments.read': {
    input: z.object({ path: z.string() }),
    output: z.object({ path: z.string(), text: z.string(), modifiedAtMs: z.number() }),
  },
  /** `base`: the text that is replaced; where the file holds another one, nothing is written. */
  'experiments.write': {
    input: z.object({ path: z.string(), text: z.string(), base: z.string().optional() }),
    output: experimentFileSchema,
  },
  /** Takes in an experiment file from anywhere on disk, as a copy unless it lies in the workspace. */
  'experiments.add': { input: z.object({ path: z.string() }), output: experimentFileSchema },
  'experiments.delete': { input: z.object({ path: z.string() }), output: nothing },
  /** Writes a commented experiment file whose values suit the dataset. */
  'experiments.create': {
    input: z.object({ dataset: z.string(), integration: z.enum(['cross-attention', 'text-prompt', 'none']).default('cross-attention') }),
    output: experimentFileSchema,
  },
  'experiments.validate': {
    input: z.object({ text: z.string() }),
    /** The plan is that of the first run; `sweep` says what the others are, null without a sweep. */
    output: z.object({ problems: z.array(problemSchema), plan: planSchema.nullable(), sweep: sweepPreviewSchema.nullable() }),
  },
  /** Time and memory of the first run that a file describes, as far as they have been measured. */
  'experiments.estimate': { input: z.object({ text: z.string() }), output: estimateStatusSchema },
  /**
   * Measures some real steps of that run, in a process of its own, and estimates from them; `estimate.progress` events say where it is. One
   * measurement at a time: a new one of another kind ends the one before, which fails as `cancelled`.
   */
  'experiments.measure': { input: z.object({ text: z.string() }), output: estimateStatusSchema },
  /** Ends the measurement with this key. */
  'experiments.cancelMeasuring': { input: z.object({ key: z.string() }), output: nothing },
  'experiments.schema': { input: nothing, output: z.record(z.string(), z.unknown()) },

  /** The runs that an experiment file with a sweep describes, and which of them are done. */
  'sweeps.plan': { input: z.object({ text: z.string() }), output: sweepPlanSchema },
  /** Starts what is missing of a sweep, goes on with what was stopped, and returns all of its runs. */
  'sweeps.start': { input: z.object({ text: z.string() }), output: z.array(runSummarySchema) },

  'runs.list': { input: nothing, output: z.array(runSummarySchema) },
  'runs.get': { input: runRef, output: runDetailSchema },
  /** Starts the one run that an experiment file describes; `sweep`: name of the sweep that it belongs to. */
  'runs.start': { input: z.object({ text: z.string(), sweep: z.string().optional() }), output: runSummarySchema },
  /**
   * Asks the job to save a checkpoint and end; the run becomes `stopped`. Without `save` the job ends at once: what came after the last
   * checkpoint is computed again when the run is resumed.
   */
  'runs.stop': { input: runRef.extend({ save: z.boolean().default(true) }), output: nothing },
  'runs.resume': { input: runRef, output: runSummarySchema },
  'runs.delete': { input: runRef, output: nothing },
  'runs.curves': {
    input: z.object({
      runIds: z.array(z.string()).max(50),
      names: z.array(z.string()).optional(),
      maxPoints: z.number().int().min(10).max(20000).default(1000),
    }),
    output: z.array(curveSchema),
  },
  /** Moving averages over every point of some curves of one run (`createMovingAverage`), at chosen steps; null where a curve has no point. */
  'runs.smoothed': {
    input: runRef.extend({
      weight: z.number().min(0).lt(1),
      curves: z.array(z.object({ stage: stageNameSchema, name: z.string(), steps: z.array(z.number().int()).max(20000) })).max(100),
    }),
    output: z.array(z.array(z.number().nullable())),
  },
  'runs.log': {
    input: runRef,
    output: z.array(z.object({ atMs: z.number(), level: z.enum(['info', 'warning', 'error']), text: z.string() })),
  },
  'runs.compare': { input: z.object({ runIds: z.array(z.string()).min(1).max(1000) }), output: comparisonSchema },
  'runs.configurations': { input: z.object({ runIds: z.array(z.string()).min(1).max(1000) }), output: configurationsSchema },
  /** Tests every run against the baseline, on the users that both were tested on; runs of another dataset or task have no test. */
  'runs.pairedTests': {
    input: z.object({ baselineId: z.string(), runIds: z.array(z.string()).max(1000) }),
    output: z.array(pairedTestSchema),
  },
  /** The test users that only one of two runs got right, by a metric (the first there is when left out); none for runs that cannot be compared. */
  'runs.rightUsers': {
    input: z.object({ a: z.string(), b: z.string(), metric: z.string().optional() }),
    output: rightUsersSchema,
  },
  /** A user's timeline as the run sees it: that of its view of the dataset. */
  'runs.history': { input: z.object({ runId: z.string(), userId: z.number().int() }), output: userHistorySchema },
  /**
   * Writes answers with a completed run's model, best first; the history is prompted as in training unless `promptedEvents` says otherwise.
   * With a `generationId` it can be stopped, and then fails as `cancelled`.
   */
  'runs.generate': {
    input: z.object({
      runId: z.string(),
      ...writtenFor,
      prompt: z.string().optional(),
      constrained: z.boolean().default(false),
      beams: z.number().int().min(1).max(50).default(5),
      generationId: z.string().max(100).optional(),
    }),
    output: generationSchema,
  },

  /**
   * Continues a prompt (the task's where there is none) freely with a completed run's model, token by token: see `models.generate`.
   * No events are prompted unless `promptedEvents` says so.
   */
  'runs.write': {
    input: z.object({
      runId: z.string(),
      ...writtenFor,
      prompt: z.string().optional(),
      options: generationOptionsSchema.prefault({}),
      generationId: z.string().max(100).optional(),
    }),
    output: generatedTextSchema,
  },

  /** Where a completed run's model looks in the history of one example. */
  'runs.attention': { input: examinedSchema, output: attentionSchema },
  /** How much each event of the history counts for the answer of one example. With a `generationId` it can be stopped, as `runs.generate`. */
  'runs.occlusion': { input: examinedSchema.extend({ generationId: z.string().max(100).optional() }), output: occlusionSchema },

  /** Writes a completed run's language model, or its adapters alone, into a folder that is new or empty. With a `generationId` it can be stopped, as `runs.generate`. */
  'runs.export': { input: exportRequestSchema, output: z.object({ path: z.string() }) },

  /** The paper's tables from the runs of the workspace, and the experiments that are still to run. */
  'reproduction.report': { input: reproductionRequestSchema, output: reproductionSchema },
  /** Starts the experiments with these keys that are missing, goes on with those that were stopped, and returns their runs. */
  'reproduction.start': {
    input: z.object({ request: reproductionRequestSchema, keys: z.array(z.string()).min(1) }),
    output: z.array(runSummarySchema),
  },

  /** The user encoders that runs have trained, newest first. */
  'encoders.list': { input: nothing, output: z.array(encoderSummarySchema) },

  'models.list': { input: nothing, output: z.array(modelSummarySchema) },
  /** Adds the folder of a pretrained language model; the name is the folder's unless another is given. */
  'models.add': { input: z.object({ path: z.string(), name: modelNameSchema.optional() }), output: modelSummarySchema },
  /** Forgets a model; its folder stays. */
  'models.remove': { input: z.object({ name: z.string() }), output: nothing },
  /** Reads its files again and measures its perplexity on a text. */
  'models.verify': { input: z.object({ name: z.string(), text: z.string().min(1).optional() }), output: modelVerificationSchema },
  /** Continues a prompt; with a `generationId`, `generation.text` events bring the text as it grows, and it can be stopped. */
  'models.generate': {
    input: z.object({
      name: z.string(),
      prompt: z.string(),
      /** The prompt is a message, to be answered through the model's chat template. */
      chat: z.boolean().default(false),
      options: generationOptionsSchema.prefault({}),
      generationId: z.string().max(100).optional(),
    }),
    output: generatedTextSchema,
  },
  /** Ends the text of `models.generate` or `runs.write`, and what `runs.generate` and `runs.occlusion` do, after the step in progress. */
  'models.stopGeneration': { input: z.object({ generationId: z.string() }), output: nothing },

  'settings.get': { input: nothing, output: z.record(z.string(), z.unknown()) },
  'settings.set': { input: z.object({ values: z.record(z.string(), z.unknown()) }), output: nothing },

  /** How the person wants the workbench: for every workspace (a file), and for this one, which goes before it. */
  'preferences.get': {
    input: nothing,
    output: z.object({
      /** `problem` says why the file is not understood. */
      user: z.object({ path: z.string(), values: preferenceValues, problem: z.string().nullable() }),
      workspace: z.object({ values: preferenceValues }),
    }),
  },
  /** Replaces every preference of a scope. */
  'preferences.set': { input: z.object({ scope: preferenceScopeSchema, values: preferenceValues }), output: nothing },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type Method = keyof typeof contract;
/** What a caller passes (defaults may be left out), and what the backend receives (defaults filled in). */
export type MethodInput<M extends Method> = z.input<(typeof contract)[M]['input']>;
export type MethodRequest<M extends Method> = z.output<(typeof contract)[M]['input']>;
export type MethodOutput<M extends Method> = z.output<(typeof contract)[M]['output']>;

/** What the backend tells its clients without being asked. */
export const backendEvents = {
  'import.progress': importProgressSchema,
  'export.progress': exportProgressSchema,
  'datasets.changed': nothing,
  'experiments.changed': nothing,
  /** A measurement for an estimate came to this stage; null: it ended. */
  'estimate.progress': z.object({ key: z.string(), stage: stageNameSchema.nullable() }),
  'models.changed': nothing,
  'preferences.changed': nothing,
  /** The next piece of a text that is being written. */
  'generation.text': z.object({ generationId: z.string(), text: z.string() }),
  /** The run's state as of now: sent on every status or stage change and at most twice a second while it trains. */
  'run.changed': runSummarySchema,
  'run.deleted': runRef,
  'run.metrics': z.object({ runId: z.string(), points: z.array(metricPointSchema) }),
  /** From this stage and step on, earlier points are void: a resumed run repeats them. */
  'run.rewound': z.object({ runId: z.string(), stage: z.string(), step: z.number() }),
  'run.log': z.object({ runId: z.string(), atMs: z.number(), level: z.enum(['info', 'warning', 'error']), text: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export type EventName = keyof typeof backendEvents;
export type EventPayload<E extends EventName> = z.output<(typeof backendEvents)[E]>;
export type BackendEvent = { [E in EventName]: { name: E; payload: EventPayload<E> } }[EventName];

/** What a host calls: one function a method. Implementations throw `AppError`; `serveRpc` turns it into a `Result`. */
export type BackendApi = { [M in Method]: (request: MethodRequest<M>) => Promise<MethodOutput<M>> };
