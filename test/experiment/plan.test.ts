import { describe, expect, it } from 'vitest';
import { viewOf } from '../../src-main/data/views/datasetView.ts';
import { planExperiment } from '../../src-main/experiment/plan.ts';
import { temporaryWorkspace } from '../store/temporaryWorkspace.ts';
import { insertTinyDataset, tinyExperiment } from './tinyDataset.ts';

function planOf(overrides: Parameters<typeof tinyExperiment>[0] = {}) {
  const workspace = temporaryWorkspace();
  insertTinyDataset(workspace);
  return planExperiment(tinyExperiment(overrides), workspace.datasets.open('tiny'));
}

describe('planExperiment', () => {
  it('refuses an encoder of features that the dataset does not have, and says which it has', () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const { summary } = workspace.datasets.open('tiny');
    const features = summary.features.filter(({ name }) => name !== 'genre');
    const reader = Object.assign(Object.create(workspace.datasets.open('tiny')), { summary: { ...summary, features } });
    expect(() => planExperiment(tinyExperiment(), reader)).toThrow(
      'encoder.features: expected features of "tiny" (title, rating), got genre; write ["title","rating"]',
    );
  });

  it('plans longer answers for reviews, and a summary in every prompt that has one', () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace, { reviews: true });
    const reader = workspace.datasets.open('tiny');
    const tokensOf = (overrides: Parameters<typeof tinyExperiment>[0]) =>
      planExperiment(tinyExperiment(overrides), reader).stages.find(({ name }) => name === 'finetune')!.tokens;
    expect(tokensOf({ task: 'review', review: { maxTokens: 100 } })).toBeGreaterThan(tokensOf({ task: 'review' }));
    const summary = { kind: 'text-summary', summary: { maxTokens: 40 } } as const;
    expect(tokensOf({ integration: summary, history: { embedded: 4, prompted: 2 } })).toBe(tokensOf({}) + 40 * 40);
  });

  it('counts steps, examples and tokens of every stage', () => {
    const { stages } = planOf({ encoder: { pretraining: { steps: 8, batchSize: 4, accumulation: 2 } } });
    expect(stages.map(({ name, steps, examples }) => ({ name, steps, examples }))).toEqual([
      { name: 'pretrain-encoder', steps: 8, examples: 64 },
      { name: 'pretrain-language-model', steps: 8, examples: 32 },
      { name: 'finetune', steps: 10, examples: 40 },
      { name: 'evaluate', steps: 6, examples: 6 },
    ]);
    expect(stages[0]!.tokens).toBe(64 * 4);
    // 32 texts such as "Next title: Quiet Harbour 7 (1999)": about three characters to a token.
    expect(stages[1]!.tokens / 32).toBeGreaterThan(12 / 4);
    expect(stages[1]!.tokens / 32).toBeLessThan(60 / 4);
    expect(stages.every(({ flops }) => flops > 0)).toBe(true);
  });

  it('expects longer texts with the history in the prompt', () => {
    const finetuneOf = (plan: ReturnType<typeof planOf>) => plan.stages.find(({ name }) => name === 'finetune')!;
    const prompted = planOf({ integration: { kind: 'text-prompt' }, history: { embedded: 4, prompted: 4 } });
    expect(finetuneOf(prompted).tokens).toBeGreaterThan(2 * finetuneOf(planOf()).tokens);
  });

  it('counts trainable parameters by component', () => {
    const { parameters } = planOf({ strategy: 'enc' });
    expect(parameters.byComponent.languageModel).toMatchObject({ trainable: 0 });
    expect(parameters.byComponent.gates).toEqual({ total: 1, trainable: 1 });
    expect(parameters.trainable).toBe(parameters.total - parameters.byComponent.languageModel!.total);
  });

  it('counts the data that takes part, and of how much', async () => {
    const workspace = temporaryWorkspace();
    insertTinyDataset(workspace);
    const experiment = tinyExperiment({ data: { sampleUsers: 3 } });
    const whole = workspace.datasets.open('tiny');
    const { data, stages } = planExperiment(experiment, await viewOf(whole, experiment.data), { dataset: whole.summary });
    expect(data).toMatchObject({ users: 3, dataset: { users: 14, events: whole.summary.events } });
    expect(data.events).toBeLessThan(whole.summary.events / 2);
    expect(stages.at(-1)!.steps).toBe(3);
    expect(planOf().data).toEqual({ ...data.dataset, dataset: data.dataset });
  });

  it('never has more test users than the dataset', () => {
    expect(planOf({ evaluation: { users: 5000 } }).stages.at(-1)!.steps).toBe(14);
  });
});
