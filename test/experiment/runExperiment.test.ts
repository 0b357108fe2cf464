import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { splitExamples } from '../../src-main/data/windows.ts';
import type { HostTensors } from '../../src-main/engine/engine.ts';
import { readCheckpoint } from '../../src-main/experiment/checkpoints.ts';
import { openEngine } from '../../src-main/experiment/engines.ts';
import { meanTextLoss } from '../../src-main/experiment/finetuning.ts';
import { generateForRun } from '../../src-main/experiment/generate.ts';
import type { JobMessage } from '../../src-main/experiment/jobMessages.ts';
import { openTrainedLanguageModel } from '../../src-main/experiment/languageModels.ts';
import { uploadAll } from '../../src-main/experiment/loadedModel.ts';
import { encoderShape, personalisedShape } from '../../src-main/experiment/shapes.ts';
import { createTextExamples } from '../../src-main/experiment/textExamples.ts';
import { readSafetensors } from '../../src-main/store/safetensors.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import type { ExperimentInput } from '../../src-shared/experiment.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { createAndExecute, execute, outcomeOf } from './runSupport.ts';
import { createRun, insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

const onnx = { name: 'onnx', provider: 'cpu', threads: 1 } as const;

// Whole runs: seconds each while other tests keep the processor busy.
vi.setConfig({ testTimeout: 60_000 });

let workspace: Workspace;
beforeEach(() => {
  workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
});

const statusesOf = (run: { stages: { name: string; status: string }[] }) => run.stages.map(({ name, status }) => `${name} ${status}`);
const curveNames = (runId: string, stage: string) =>
  workspace.runs
    .curves([runId], undefined, 100)
    .filter((curve) => curve.stage === stage)
    .map(({ name }) => name)
    .sort();
const finetuned = (runId: string) => readCheckpoint(workspace.runs.latestCheckpoint(runId, 'finetune')!.path).state.parameters;

describe('a run with cross-attention', () => {
  it('goes through every stage and keeps what each found', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    expect(run.status).toBe('completed');
    expect(statusesOf(run)).toEqual(['pretrain-encoder done', 'pretrain-language-model done', 'finetune done', 'evaluate done']);
    expect(run.stages.map(({ steps, stepsDone }) => [steps, stepsDone])).toEqual([
      [8, 8],
      [8, 8],
      [10, 10],
      [6, 6],
    ]);
    expect(curveNames('run-0001', 'pretrain-encoder')).toEqual([
      'gradientNorm',
      'learningRate',
      'loss',
      'tokensPerSecond',
      'validationLoss',
    ]);
    expect(curveNames('run-0001', 'finetune')).toContain('gate.0');
    expect(run.checkpoints.map(({ stage, step }) => `${stage} ${step}`)).toEqual(['finetune 9', 'finetune 10']);
    expect(run.gates).toHaveLength(1);
    expect(run.gates[0]!.value).not.toBe(0);
  });

  it('measures texts, encoder, baselines and efficiency', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const ranked = [
      'encoder',
      'encoder.unfiltered',
      'popularity',
      'popularity.unfiltered',
      'repeatLast.unfiltered',
      'fused',
      'fused.unfiltered',
    ];
    const rankings = ranked.flatMap((prefix) => ['hr', 'ndcg', 'mrr'].flatMap((name) => [1, 5, 10].map((k) => `${prefix}.${name}@${k}`)));
    const recalls = ['popularity', 'repeatLast'].flatMap((prefix) => [1, 5, 10].map((k) => `${prefix}.recall@${k}`));
    const texts = ['recall@1', 'constrained.recall@1', 'offCatalogueShare', 'testLoss', 'userPathOff.testLoss', 'fused.weight'];
    expect(Object.keys(run.metrics).sort()).toEqual([...rankings, ...recalls, ...texts].sort());
    expect(run.metrics['recall@1']!.n).toBe(6);
    expect(run.metrics.testLoss!.value).not.toBe(run.metrics['userPathOff.testLoss']!.value);
    expect(run.samples).toHaveLength(6);
    expect(run.samples[0]).toMatchObject({ prompt: 'Next title:', predictions: { length: 3 } });
    expect(run.efficiency.map(({ method, historyLength }) => `${method} ${historyLength}`)).toEqual([
      'embedding 2',
      'text-prompt 2',
      'embedding 4',
      'text-prompt 4',
    ]);
    const [embedding2, text2, embedding4, text4] = run.efficiency;
    expect(embedding2!.tokensPerRequest).toBe(embedding4!.tokensPerRequest);
    expect(text4!.tokensPerRequest).toBeGreaterThan(text2!.tokensPerRequest);
    expect(text4!.flops / text4!.tokensPerRequest).toBeCloseTo(embedding2!.flops / embedding2!.tokensPerRequest, 6);
    expect(run.efficiency.every(({ millisecondsPerRequest }) => millisecondsPerRequest > 0)).toBe(true);
    expect(run.parameters!.trainable).toBe(run.parameters!.total);
  });

  it('keeps every metric by test user: their mean is the metric', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const { userIds, values } = workspace.runs.userValues('run-0001')!;
    expect(userIds).toHaveLength(6);
    expect([...values.keys()].sort()).toEqual(
      Object.keys(run.metrics)
        .filter((name) => name !== 'fused.weight')
        .sort(),
    );
    for (const [name, ofUsers] of values) {
      expect(ofUsers.reduce((sum, value) => sum + value, 0) / 6).toBeCloseTo(run.metrics[name]!.value, 12);
    }
  });

  it('measures the test loss that training measures', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, evaluation: { users: 14 } }));
    const experiment = tinyExperiment({ engine: onnx });
    const engine = await openEngine(experiment.engine);
    try {
      const reader = workspace.datasets.open('tiny');
      const { shape: languageModel, tokenizer } = openTrainedLanguageModel(workspace, run, experiment);
      const shape = personalisedShape(languageModel, experiment, encoderShape(experiment, reader));
      const examples = createTextExamples({ experiment, reader, tokenizer, maxPositions: languageModel.maxPositions });
      const parameters = await uploadAll(engine, finetuned('run-0001'));
      const { test } = splitExamples(reader, { minHistory: 1 });
      expect(run.metrics.testLoss!.value).toBeCloseTo(await meanTextLoss({ engine, experiment }, { shape, examples }, parameters, test), 5);
    } finally {
      await engine.dispose();
    }
  });

  it('leaves the fused ranking out when asked to', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, evaluation: { candidates: 0 } }));
    expect(Object.keys(run.metrics).filter((name) => name.startsWith('fused.'))).toEqual([]);
    expect(run.metrics['encoder.mrr@10']!.n).toBe(6);
  });

  it('takes the encoder and the language model from their pretraining', async () => {
    await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, training: { steps: 0 } }));
    const pretrained = readSharedStages();
    const parameters = finetuned('run-0001');
    expect(parameters['lm.tokenEmbedding.weight']).toEqual(pretrained['lm.tokenEmbedding.weight']);
    expect(parameters['encoder.eventProjection.weight']).toEqual(pretrained['encoder.eventProjection.weight']);
    expect(parameters['encoder.head.title.weight']).toBeUndefined();
  });

  it('freezes the language model under the strategy enc', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, strategy: 'enc' }));
    const pretrained = readSharedStages();
    const parameters = finetuned('run-0001');
    for (const name of Object.keys(parameters).filter((name) => name.startsWith('lm.'))) expect(parameters[name]).toEqual(pretrained[name]);
    expect(parameters['encoder.eventProjection.weight']).not.toEqual(pretrained['encoder.eventProjection.weight']);
    expect(run.parameters!.byComponent.languageModel!.trainable).toBe(0);
    expect(run.parameters!.byComponent.crossAttention!.trainable).toBeGreaterThan(0);
  });

  it.each(['lora', 'proj'] as const)('trains under the strategy %s what it says, and nothing else', async (strategy) => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, strategy, lora: { rank: 2, alpha: 4 } }));
    const pretrained = readSharedStages();
    const parameters = finetuned('run-0001');
    const frozen = Object.keys(parameters).filter(
      (name) => /^lm\.(?!.*\.lora\.)/.test(name) || (strategy === 'proj' && name.startsWith('encoder.')),
    );
    for (const name of frozen) expect(parameters[name]).toEqual(pretrained[name]);
    const { languageModel, encoder, lora } = run.parameters!.byComponent;
    expect(languageModel!.trainable).toBe(0);
    expect(encoder!.trainable).toBe(strategy === 'proj' ? 0 : encoder!.total);
    // One layer of width 8: the qkv matrix [8, 24] and the output matrix [8, 8], rank 2.
    expect(lora).toEqual(strategy === 'lora' ? { total: 2 * (8 + 24) + 2 * (8 + 8), trainable: 96 } : undefined);
    expect(run.metrics.testLoss!.value).not.toBe(run.metrics['userPathOff.testLoss']!.value);
  });

  it('takes the encoder of another run, and refuses one of other sizes', async () => {
    await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const init = 'run:run-0001';
    const run = await createAndExecute(workspace, 'run-0002', tinyExperiment({ engine: onnx, encoder: { init }, strategy: 'proj' }));
    expect(statusesOf(run)).toEqual(['pretrain-language-model reused', 'finetune done', 'evaluate done']);
    const name = 'encoder.eventProjection.weight';
    expect(finetuned('run-0002')[name]).toEqual(finetuned('run-0001')[name]);
    const other = tinyExperiment({ engine: onnx, encoder: { init, dModel: 4 } });
    await expect(createAndExecute(workspace, 'run-0003', other)).rejects.toThrow(/expected an encoder of the sizes and features/);
  });

  it.each([
    ['a soft prompt', { kind: 'soft-prompt', taskPromptLength: 3 }, {}],
    ['a Perceiver', { perceiver: { numLatents: 2, numLayers: 1, numHeads: 2 } }, {}],
    ['the last events in the prompt beside it', {}, { embedded: 4, prompted: 2 }],
  ] as const)('knows the user by %s', async (_, integration, history) => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, integration, history }));
    expect(run.status).toBe('completed');
    expect(run.metrics.testLoss!.value).not.toBe(run.metrics['userPathOff.testLoss']!.value);
    if ('prompted' in history) expect(run.samples[0]!.prompt).toMatch(/^History: Film/);
    if ('kind' in integration) expect(run.efficiency[0]!.tokensPerRequest).toBeGreaterThan(3 + 2);
  });

  it('starts the encoder from random weights when asked to, without a stage for it', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, encoder: { init: 'random' } }));
    expect(statusesOf(run)).toEqual(['pretrain-language-model done', 'finetune done', 'evaluate done']);
    expect(run.metrics['encoder.hr@10']).toBeUndefined();
  });

  /** The parameters of every pretraining stage in the workspace. */
  function readSharedStages(): HostTensors {
    const folder = join(workspace.blobsPath, 'stages');
    return Object.assign({}, ...readdirSync(folder).map((file) => readSafetensors(join(folder, file)).tensors));
  }
});

describe('the encoder', () => {
  const encoders: [string, NonNullable<ExperimentInput['encoder']>][] = [
    ['bert4rec', { architecture: 'bert4rec' }],
    ['dual', { architecture: 'dual', dual: { numEmbeddings: 2 } }],
    ['SASRec', { features: ['title'], labels: ['title'] }],
    ['sampled soft-max', { sampledSoftmax: 5 }],
  ];
  it.each(encoders)('may be %s: it learns, is ranked, and serves the language model', async (_, encoder) => {
    const pretraining = { steps: 30, batchSize: 4, learningRate: 0.02 };
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, encoder: { ...encoder, pretraining } }));
    const losses = workspace.runs.curves(['run-0001'], ['loss'], 100).find(({ stage }) => stage === 'pretrain-encoder')!.values;
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
    expect(run.metrics['encoder.hr@10']!.n).toBe(6);
    expect(run.metrics.testLoss!.value).not.toBe(run.metrics['userPathOff.testLoss']!.value);
  });

  it('of another label feature than the title is not ranked', async () => {
    const encoder = { architecture: 'dual', dual: { labelFeature: 'genre' } } as const;
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, encoder }));
    expect(run.status).toBe('completed');
    expect(run.metrics['encoder.hr@10']).toBeUndefined();
  });
});

describe('runs without an encoder', () => {
  it.each([
    ['text-prompt', { embedded: 4, prompted: 3 }, /^History: Film/],
    ['text-summary', { embedded: 4, prompted: 3 }, /^Profile: 3 events;/],
    ['none', { embedded: 4 }, /^Next title:$/],
  ] as const)('%s pretrains the language model only', async (kind, history, prompt) => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, integration: { kind }, history }));
    expect(statusesOf(run)).toEqual(['pretrain-language-model done', 'finetune done', 'evaluate done']);
    expect(run.samples[0]!.prompt).toMatch(prompt);
    expect(run.gates).toEqual([]);
    expect(Object.keys(run.parameters!.byComponent)).toEqual(['languageModel']);
    const summaries = run.efficiency.filter(({ method }) => method === 'text-summary');
    expect(summaries.map(({ historyLength }) => historyLength)).toEqual(kind === 'text-summary' ? [3] : []);
  });

  it('read summaries that the language model wrote before it was fine-tuned, each written once', async () => {
    const integration = { kind: 'text-summary', summary: { writer: 'language-model', maxTokens: 12 } } as const;
    const experiment = tinyExperiment({
      engine: onnx,
      integration,
      history: { embedded: 4, prompted: 3 },
      languageModel: { dModel: 16, pretraining: { steps: 60, batchSize: 16, learningRate: 0.02 } },
    });
    const run = await createAndExecute(workspace, 'run-0001', experiment);
    expect(run.status).toBe('completed');
    const file = join(workspace.runs.folder('run-0001'), 'summaries.json');
    const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const { userId, prompt } = run.samples[0]!;
    const last = workspace.datasets.open('tiny').timeline(userId).itemIds.length - 1;
    const summary = written[`${userId}:${last}`]!;
    expect(prompt).toBe(`Profile: ${summary}\nNext title:`);
    expect(Object.values(written).every((text) => text !== '')).toBe(true);
    expect(workspace.runs.log('run-0001').filter(({ text }) => text.includes('writes')).length).toBeGreaterThan(0);
    const generated = await generateForRun(workspace, { runId: 'run-0001', userId, constrained: false, beams: 2 });
    expect(generated.prompt).toMatch(/Next title:$/);
    expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toContain(`${userId}:${last + 1}`);
  });

  it('write no summary again when they are resumed, and end as if they had never been stopped', async () => {
    const experiment = tinyExperiment({
      engine: onnx,
      integration: { kind: 'text-summary', summary: { writer: 'language-model', maxTokens: 12 } },
      history: { embedded: 4, prompted: 3 },
    });
    const other = temporaryWorkspace();
    insertTinyDataset(other);
    await createAndExecute(other, 'run-0001', experiment);
    createRun(workspace, 'run-0001', experiment);
    const controller = new AbortController();
    const stopAtStep = (message: JobMessage) => {
      if (message.type === 'metrics' && message.points.some(({ stage }) => stage === 'finetune')) controller.abort();
    };
    expect((await execute(workspace, 'run-0001', { signal: controller.signal, emit: stopAtStep })).status).toBe('stopped');
    const linesBefore = workspace.runs.log('run-0001').filter(({ text }) => text.includes('summaries')).length;
    expect(linesBefore).toBe(1);
    await execute(workspace, 'run-0001');
    expect(outcomeOf(workspace, 'run-0001')).toEqual(outcomeOf(other, 'run-0001'));
    // Those of the test users, which fine-tuning did not read.
    const lines = workspace.runs.log('run-0001').filter(({ text }) => text.includes('summaries'));
    expect(lines.map(({ text }) => Number(/\d+/.exec(text)![0]))).toEqual([expect.any(Number), 6]);
  });

  it('measure the same loss without the user when they never knew one', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, integration: { kind: 'none' } }));
    expect(run.metrics.testLoss).toEqual(run.metrics['userPathOff.testLoss']);
  });
});

describe('the favourite genre', () => {
  it('is measured by accuracy, beside the majority', async () => {
    const run = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, task: 'favourite-genre' }));
    expect(Object.keys(run.metrics)).toEqual(expect.arrayContaining(['accuracy', 'constrained.accuracy', 'majority.accuracy', 'testLoss']));
    expect(Object.keys(run.metrics)).not.toContain('popularity.hr@10');
    expect(['Action', 'Comedy', 'Drama']).toContain(run.samples[0]!.target);
  });
});

describe('reviews', () => {
  const rouges = (prefix: string) => ['rouge1', 'rouge2', 'rougeL', 'rougeLsum'].map((name) => prefix + name);

  it('are measured by ROUGE, beside the most frequent one, for the users who wrote about their last event', async () => {
    insertTinyDataset(workspace, { name: 'reviews', reviews: true });
    const experiment = tinyExperiment({ engine: onnx, dataset: 'reviews', task: 'review', review: { maxTokens: 24 } });
    const run = await createAndExecute(workspace, 'run-0001', experiment);
    expect(run.status).toBe('completed');
    expect(Object.keys(run.metrics).filter((name) => /rouge/.test(name))).toEqual([...rouges(''), ...rouges('majority.')]);
    expect(Object.keys(run.metrics).filter((name) => /recall|offCatalogue|popularity/.test(name))).toEqual([]);
    expect(run.metrics.rougeL!.n).toBe(6);
    expect(run.metrics['majority.rouge1']!.value).toBeGreaterThan(0);
    expect(run.samples[0]!.prompt).toMatch(/^Review of Film \w \(\d+\) \(\w+, \d\.\d\):$/);
    expect(run.samples[0]!.predictions.every(({ inCatalogue }) => inCatalogue === null)).toBe(true);
    expect(workspace.runs.userValues('run-0001')!.values.get('rougeLsum')).toHaveLength(6);
  });

  it('are learnt: the texts come nearer to what was written', async () => {
    insertTinyDataset(workspace, { name: 'reviews', reviews: true });
    const experiment = (steps: number) =>
      tinyExperiment({
        engine: onnx,
        dataset: 'reviews',
        task: 'review',
        review: { maxTokens: 24 },
        languageModel: { dModel: 32, pretraining: { steps: 0, batchSize: 4 } },
        training: { steps, learningRate: 0.02, batchSize: 16 },
      });
    const untrained = await createAndExecute(workspace, 'run-0001', experiment(1));
    const trained = await createAndExecute(workspace, 'run-0002', experiment(60));
    expect(trained.metrics.rouge1!.value).toBeGreaterThan(untrained.metrics.rouge1!.value + 20);
  });
});

describe('pretraining stages', () => {
  it('are reused by a run that describes the same ones', async () => {
    const first = await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const second = await createAndExecute(workspace, 'run-0002', tinyExperiment({ engine: onnx, integration: { gated: false } }));
    expect(statusesOf(second)).toEqual(['pretrain-encoder reused', 'pretrain-language-model reused', 'finetune done', 'evaluate done']);
    expect(second.stages[0]!.finalLoss).toBe(first.stages[0]!.finalLoss);
    expect(workspace.runs.log('run-0002').map(({ text }) => text)).toContain(
      'pretrain-encoder: reused from run run-0001, which trained the same stage',
    );
  });

  it('give the same outcome reused as trained', async () => {
    await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    await createAndExecute(workspace, 'run-0002', tinyExperiment({ engine: onnx }));
    const { stages: _, curves, ...first } = outcomeOf(workspace, 'run-0001');
    const { stages: __, curves: reusedCurves, ...second } = outcomeOf(workspace, 'run-0002');
    expect(second).toEqual(first);
    expect(reusedCurves).toEqual(curves.filter(({ stage }) => stage === 'finetune'));
  });

  it.each([
    ['another seed', { seed: 2 }, ['done', 'done']],
    ['other sizes of the encoder', { encoder: { dModel: 16 } }, ['done', 'reused']],
    ['another history length', { history: { embedded: 3 } }, ['done', 'reused']],
    ['other steps of the language model', { languageModel: { pretraining: { steps: 5, batchSize: 4 } } }, ['reused', 'done']],
    ['other sizes of the language model', { languageModel: { dModel: 16 } }, ['reused', 'done']],
    ['another projection', { integration: { projectionSize: 4 } }, ['reused', 'reused']],
  ] as const)('%s', async (_, change, expected) => {
    const quick = { training: { steps: 1 }, evaluation: { users: 1, efficiencyAt: [1] } };
    await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx, ...quick }));
    const run = await createAndExecute(workspace, 'run-0002', tinyExperiment({ engine: onnx, ...quick, ...change }));
    expect(run.stages.slice(0, 2).map(({ status }) => status)).toEqual(expected);
  });
});

describe('a run that is stopped', () => {
  /** Aborts at the first message that the condition holds for. */
  async function stopAt(runId: string, condition: (message: JobMessage) => boolean) {
    const controller = new AbortController();
    const emit = (message: JobMessage) => condition(message) && controller.abort();
    return execute(workspace, runId, { signal: controller.signal, emit });
  }
  const reached = (stage: string, step: number) => (message: JobMessage) =>
    message.type === 'metrics' && message.points.some((point) => point.stage === stage && point.step >= step);

  it.each([
    ['pretrain-encoder', 3],
    ['pretrain-language-model', 3],
    ['finetune', 6],
  ] as const)('in %s goes on from there as if it had never been', async (stage, step) => {
    const other = temporaryWorkspace();
    insertTinyDataset(other);
    createRun(other, 'run-0001', tinyExperiment({ engine: onnx }));
    await execute(other, 'run-0001');

    createRun(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const stopped = await stopAt('run-0001', reached(stage, step));
    expect(stopped.status).toBe('stopped');
    const { stepsDone } = stopped.stages.find(({ name }) => name === stage)!;
    expect(stopped.checkpoints.at(-1)).toMatchObject({ stage, step: stepsDone });
    const resumed = await execute(workspace, 'run-0001');
    expect(resumed.resumedAt).toMatchObject([{ stage, step: stepsDone }]);
    expect(outcomeOf(workspace, 'run-0001')).toEqual(outcomeOf(other, 'run-0001'));
  });

  it('in the evaluation evaluates anew', async () => {
    createRun(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    let finetuned = false;
    const stopped = await stopAt('run-0001', (message) => {
      finetuned ||= message.type === 'metrics' && message.points.some(({ stage, step }) => stage === 'finetune' && step === 10);
      return finetuned && workspace.runs.get('run-0001').stages.at(-1)!.status === 'running';
    });
    expect(statusesOf(stopped).slice(2)).toEqual(['finetune done', 'evaluate running']);
    const resumed = await execute(workspace, 'run-0001');
    expect(resumed.status).toBe('completed');
    expect(resumed.metrics['recall@1']!.n).toBe(6);
  });

  it('before it began has done nothing', async () => {
    createRun(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    const run = await execute(workspace, 'run-0001', { signal: AbortSignal.abort() });
    expect(run.status).toBe('stopped');
    expect(run.stages.every(({ status }) => status === 'pending')).toBe(true);
  });
});

describe('a run that fails', () => {
  it('records why', async () => {
    createRun(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    workspace.database.prepare(`UPDATE datasets SET fingerprint = 'changed'`).run();
    await expect(execute(workspace, 'run-0001')).rejects.toMatchObject({ code: 'run-not-resumable' });
    expect(workspace.runs.get('run-0001')).toMatchObject({ status: 'failed', reason: expect.stringContaining('start a new run') });
  });
});

describe('determinism', () => {
  it('gives two runs of one experiment bit-identical curves, results and parameters', async () => {
    const other = temporaryWorkspace();
    insertTinyDataset(other);
    await createAndExecute(workspace, 'run-0001', tinyExperiment({ engine: onnx }));
    await createAndExecute(other, 'run-0001', tinyExperiment({ engine: onnx }));
    expect(outcomeOf(workspace, 'run-0001')).toEqual(outcomeOf(other, 'run-0001'));
    const theirs = readCheckpoint(other.runs.latestCheckpoint('run-0001', 'finetune')!.path).state;
    expect(finetuned('run-0001')).toEqual(theirs.parameters);
  });
});
