import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { listEncoders } from '../../src-main/backend/encoders.ts';
import { validateExperiment } from '../../src-main/backend/experimentChecks.ts';
import { readCheckpoint } from '../../src-main/experiment/checkpoints.ts';
import { exportRun } from '../../src-main/experiment/exportRun.ts';
import { openGenerator, writeForRun } from '../../src-main/experiment/generate.ts';
import type { JobMessage } from '../../src-main/experiment/jobMessages.ts';
import { FINGERPRINT_KEY } from '../../src-main/experiment/languageModels.ts';
import { generateWithModel, verifyModel } from '../../src-main/experiment/pretrainedModel.ts';
import { describeModel } from '../../src-main/pretrained/describe.ts';
import { readSafetensors } from '../../src-main/store/safetensors.ts';
import { openWorkspace, type Workspace } from '../../src-main/store/workspace.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import { generationOptionsSchema } from '../../src-shared/model.ts';
import { writeTextCheckpoint } from '../pretrained/textCheckpoint.ts';
import { execute, outcomeOf } from './runSupport.ts';
import { createRun, insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const engine = { name: 'onnx', provider: 'cpu', threads: 1 } as const;
const options = generationOptionsSchema.parse({ maxTokens: 12 });
const chat = false;
const PROMPT = 'Next title:';
let workspace: Workspace;
let modelFolder: string;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pretrained-'));
  workspace = openWorkspace(join(folder, 'workspace'));
  modelFolder = join(folder, 'little');
  mkdirSync(modelFolder);
  await writeTextCheckpoint(modelFolder);
  workspace.models.add(await describeModel(modelFolder));
  insertTinyDataset(workspace);
  return () => {
    workspace.close();
    rmSync(folder, { recursive: true });
  };
});

function experimentWith(overrides: Parameters<typeof tinyExperiment>[0] = {}) {
  const evaluation = { users: 2, efficiencyAt: [1], beams: 2 };
  return tinyExperiment({
    engine,
    evaluation,
    languageModel: 'little',
    strategy: 'enc',
    integration: { gateInit: 0.5, projectionSize: 8, numHeads: 2 },
    ...overrides,
  });
}

function createModelRun(id: string, overrides: Parameters<typeof tinyExperiment>[0] = {}): void {
  createRun(workspace, id, experimentWith(overrides), { [FINGERPRINT_KEY]: workspace.models.get('little').fingerprint });
}

describe('a pretrained language model', () => {
  it('continues a prompt, the same way every time', async () => {
    const first = await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    expect(first).toMatchObject({ prompt: PROMPT, tokens: 12, ended: 'length' });
    expect((await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options })).text).toBe(first.text);
  });

  it('answers a message through its chat template only when it has one', async () => {
    const ask = () => generateWithModel(workspace, { name: 'little', prompt: 'Heat', chat: true, options });
    await expect(ask()).rejects.toThrow(`model "${modelFolder}": expected a chat template, got none; write without --chat`);
    writeFileSync(join(modelFolder, 'chat_template.jinja'), '<|endoftext|>{{ messages[0].content }}:');
    const answered = await ask();
    expect(answered.prompt).toBe('Heat');
    expect(answered.promptTokens).toBe(
      1 + (await generateWithModel(workspace, { name: 'little', prompt: 'Heat:', chat, options })).promptTokens,
    );
    rmSync(join(modelFolder, 'chat_template.jinja'));
  });

  it('refuses a prompt without tokens, and one that leaves no room', async () => {
    for (const prompt of ['', 'a long prompt '.repeat(200)]) {
      await expect(generateWithModel(workspace, { name: 'little', prompt, chat, options })).rejects.toMatchObject({
        code: 'input-invalid',
      });
    }
  });

  it('is verified by its files and its perplexity on a text', async () => {
    const { vocabularySize } = workspace.models.get('little');
    const before = await verifyModel(workspace, { name: 'little' });
    expect(before.unchanged).toBe(true);
    // Random weights know nothing: about as perplexed as by a uniform draw of tokens.
    expect(before.perplexity!).toBeGreaterThan(vocabularySize / 10);
    expect(before.perplexity!).toBeLessThan(vocabularySize * 10);
    expect(await verifyModel(workspace, { name: 'little', text: 'a' })).toMatchObject({ tokens: 1, perplexity: null });
  });

  it('is the language model of an experiment: frozen under enc, and with the user path off it still writes what it wrote', async () => {
    createModelRun('run-enc');
    const run = await execute(workspace, 'run-enc');
    expect(run.status).toBe('completed');
    expect(run.stages.map(({ name }) => name)).toEqual(['pretrain-encoder', 'finetune', 'evaluate']);
    expect(run.parameters!.byComponent.languageModel).toEqual({ total: workspace.models.get('little').parameters, trainable: 0 });
    const kept = Object.keys(readCheckpoint(workspace.runs.latestCheckpoint('run-enc', 'finetune')!.path).state.parameters);
    expect(kept.filter((name) => name.startsWith('lm.'))).toEqual([]);
    const base = await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    const request = { runId: 'run-enc', prompt: PROMPT, options };
    expect((await writeForRun(workspace, { ...request, userId: null })).text).toBe(base.text);
    expect((await writeForRun(workspace, { ...request, userId: 3 })).text).not.toBe(base.text);
  });

  it('is in memory once for all runs that froze it, whichever writes', async () => {
    createModelRun('run-other', { seed: 9, integration: { gateInit: 3, projectionSize: 8, numHeads: 2 } });
    await execute(workspace, 'run-other');
    const weight = 'lm.tokenEmbedding.weight';
    const weights = async (id: string) => (await openGenerator(workspace, id)).model.parameters[weight];
    const first = await weights('run-enc');
    expect(await weights('run-other')).toBe(first);
    const request = { prompt: PROMPT, options, userId: 3 };
    const other = await writeForRun(workspace, { ...request, runId: 'run-other' });
    expect((await writeForRun(workspace, { ...request, runId: 'run-enc' })).text).not.toBe(other.text);
    expect((await writeForRun(workspace, { ...request, runId: 'run-other' })).text).toBe(other.text);
    expect(await weights('run-enc')).toBe(first);
    // The same model on an engine of other settings takes the place; the run's is loaded again.
    await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    expect((await writeForRun(workspace, { ...request, runId: 'run-other' })).text).toBe(other.text);
  });

  it('is read again when a run that froze it is resumed, with the outcome of a run that was never stopped', async () => {
    createModelRun('run-stopped');
    const controller = new AbortController();
    const stopAtStep = (message: JobMessage) => {
      if (message.type === 'metrics' && message.points.some(({ stage }) => stage === 'finetune')) controller.abort();
    };
    await execute(workspace, 'run-stopped', { signal: controller.signal, emit: stopAtStep });
    const stopped = workspace.runs.get('run-stopped');
    expect([stopped.status, stopped.stages.find(({ name }) => name === 'finetune')!.status]).toEqual(['stopped', 'running']);
    await execute(workspace, 'run-stopped');
    expect(outcomeOf(workspace, 'run-stopped').metrics).toEqual(outcomeOf(workspace, 'run-enc').metrics);
  });

  it.each(['enc', 'lora'] as const)('is what retention compares a run with, here under %s', async (strategy) => {
    const evaluation = { users: 2, efficiencyAt: [1], beams: 2, retention: {} };
    const training = { steps: 10, batchSize: 4, learningRate: 0.05 };
    createModelRun(`run-retained-${strategy}`, { strategy, evaluation, training });
    const { metrics } = await execute(workspace, `run-retained-${strategy}`);
    const metric = (name: string) => metrics[`retention.${name}`]!.value;
    expect(metric('kl')).toBeGreaterThan(0);
    if (strategy === 'enc') expect([metric('kl.userOff'), metric('top1.userOff')]).toEqual([0, 1]);
    else expect(metric('kl.userOff')).toBeGreaterThan(0);
    // Random weights know nothing: about as many tokens to choose from as there are.
    expect(metric('basePerplexity')).toBeGreaterThan(100);
  });

  it('reads a soft prompt before its text', async () => {
    const integration = { kind: 'soft-prompt', taskPromptLength: 2, projectionSize: 8 } as const;
    createModelRun('run-soft', { integration });
    await execute(workspace, 'run-soft');
    const base = await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    const request = { runId: 'run-soft', prompt: PROMPT, options };
    expect((await writeForRun(workspace, { ...request, userId: null })).text).toBe(base.text);
    expect((await writeForRun(workspace, { ...request, userId: 3 })).text).not.toBe(base.text);
  });

  it('stays as it is under lora, whose adapters are kept alone and merged to write', async () => {
    const training = { steps: 10, batchSize: 4, learningRate: 0.1 };
    createModelRun('run-lora', { strategy: 'lora', lora: { rank: 2, alpha: 64 }, training });
    const run = await execute(workspace, 'run-lora');
    const { languageModel, lora } = run.parameters!.byComponent;
    expect(languageModel!.trainable).toBe(0);
    expect(lora!.trainable).toBe(lora!.total);
    expect(lora!.total).toBeGreaterThan(0);
    const kept = Object.keys(readCheckpoint(workspace.runs.latestCheckpoint('run-lora', 'finetune')!.path).state.parameters);
    expect(kept.filter((name) => name.startsWith('lm.') && !name.includes('.lora.'))).toEqual([]);
    const { model } = await openGenerator(workspace, 'run-lora');
    expect(Object.keys(model.parameters).filter((name) => name.includes('.lora.'))).toEqual([]);
    const base = await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    expect((await writeForRun(workspace, { runId: 'run-lora', prompt: PROMPT, options, userId: null })).text).not.toBe(base.text);
    const path = join(modelFolder, '..', 'adapters');
    await exportRun(workspace, { runId: 'run-lora', path, what: 'adapters' });
    const written = readSafetensors(join(path, 'adapter_model.safetensors')).tensors;
    const count = Object.values(written).reduce((total, { data }) => total + data.length, 0);
    expect(count).toBe(lora!.total);
    const refused = exportRun(workspace, { runId: 'run-enc', path: `${path}-2`, what: 'adapters' });
    await expect(refused).rejects.toThrow('expected a run with strategy "lora", got run "run-enc" with "enc"');
  });

  it('leaves the user encoder that it was fine-tuned with to other experiments', async () => {
    const encoder = (await listEncoders(workspace)).find(({ runId }) => runId === 'run-enc')!;
    expect(encoder).toMatchObject({ datasetName: 'tiny', init: 'pretrained', finetuned: true, history: 4 });
    expect(encoder.parameters).toBe(workspace.runs.get('run-enc').parameters!.byComponent['encoder']!.total);
    const { architecture, features, dModel, numLayers, numHeads, history } = encoder;
    const taken = { architecture, features, dModel, numLayers, numHeads, init: 'run:run-enc' } as Experiment['encoder'];
    createModelRun('run-taken', { encoder: taken, history: { embedded: history } });
    expect((await execute(workspace, 'run-taken')).status).toBe('completed');
  });

  it('trains with the rest under full', async () => {
    createModelRun('run-full', { strategy: 'full' });
    await execute(workspace, 'run-full');
    const base = await generateWithModel(workspace, { name: 'little', prompt: PROMPT, chat, options });
    expect((await writeForRun(workspace, { runId: 'run-full', prompt: PROMPT, options, userId: null })).text).not.toBe(base.text);
  });

  it('whose files changed since a run began ends the run with the reason', async () => {
    const folder = join(modelFolder, '../changing');
    mkdirSync(folder);
    await writeTextCheckpoint(folder);
    workspace.models.add(await describeModel(folder));
    const { fingerprint } = workspace.models.get('changing');
    createRun(workspace, 'run-files', experimentWith({ languageModel: 'changing' }), { [FINGERPRINT_KEY]: fingerprint });
    await writeTextCheckpoint(folder, { seed: 2 });
    await expect(execute(workspace, 'run-files')).rejects.toThrow('expected language model "changing" as it was when the run was made');
  });

  it('that was added anew since a run began ends the run with the reason', async () => {
    createRun(workspace, 'run-changed', experimentWith(), { [FINGERPRINT_KEY]: 'another' });
    await expect(execute(workspace, 'run-changed')).rejects.toThrow(
      'run "run-changed": expected language model "little" as it was when the run was made, got other content; start a new run',
    );
  });
});

describe('an experiment file', () => {
  const problemsOf = async (text: string) =>
    (await validateExperiment(workspace, text)).problems.map(({ message, path }) => [path, message]);

  it('names a pretrained language model, whose parameters the plan counts', async () => {
    const { plan, problems } = await validateExperiment(workspace, '{ "dataset": "tiny", "languageModel": "little" }');
    expect(problems).toEqual([]);
    expect(plan!.stages.map(({ name }) => name)).toEqual(['pretrain-encoder', 'finetune', 'evaluate']);
    expect(plan!.parameters.byComponent['languageModel']!.total).toBe(workspace.models.get('little').parameters);
  });

  it('says what is wrong with the language model at its place', async () => {
    expect(await problemsOf('{ "dataset": "tiny", "languageModel": "litle" }')).toEqual([
      ['languageModel', 'model "litle": there is no such language model; did you mean "little"?'],
    ]);
    expect(await problemsOf('{ "dataset": "tiny", "languageModel": "little", "integration": { "numHeads": 3 } }')).toEqual([
      ['integration.numHeads', 'integration.numHeads: expected a divisor of 16, the width of "little", got 3'],
    ]);
    expect(await problemsOf('{ "dataset": "tiny", "languageModel": "little", "integration": { "everyNthLayer": 9 } }')).toEqual([
      ['integration.everyNthLayer', expect.stringMatching(/expected at most \d+, the layers of "little", got 9$/)],
    ]);
    expect(await problemsOf('{ "dataset": "tiny", "languageModel": "little", "strategy": "lora" }')).toEqual([]);
  });
});
