import { describe, expect, it } from 'vitest';
import { parseExperiment } from '../../src-main/experiment/parse.ts';
import { neededStages } from '../../src-main/experiment/stages.ts';
import { suggestExperiment } from '../../src-main/experiment/suggest.ts';
import type { DatasetSummary } from '../../src-shared/dataset.ts';

const summary: DatasetSummary = {
  name: 'my films',
  format: 'movielens-csv',
  users: 610,
  items: 9742,
  events: 100836,
  features: ['title', 'genre', 'rating'].map((name) => ({ name, kind: name === 'rating' ? 'event' : 'item', vocabularySize: 12 })),
  textFeatures: [],
  rejected: 0,
  rejections: [],
  fingerprint: 'f',
  sourcePath: '/data',
  importedAtMs: 0,
  seconds: 1,
  peakMemoryBytes: 1,
};

const suggested = (
  overrides: Partial<DatasetSummary>,
  ...rest: [Parameters<typeof suggestExperiment>[1], Parameters<typeof suggestExperiment>[2]?]
) => {
  const parsed = parseExperiment(suggestExperiment({ ...summary, ...overrides }, ...rest));
  expect(parsed.problems).toEqual([]);
  return parsed.experiment!;
};

describe('suggestExperiment', () => {
  it('calls a run first by what it differs in, then by its dataset', () => {
    const nameOf = (...rest: [Parameters<typeof suggestExperiment>[1], Parameters<typeof suggestExperiment>[2]?]) =>
      /"name": "(.*)"/.exec(suggestExperiment(summary, ...rest))![1];
    expect([nameOf('cross-attention'), nameOf('text-prompt'), nameOf('none', 'favourite-genre')]).toEqual([
      `cross-attention on ${summary.name}`,
      `text prompt on ${summary.name}`,
      `no user on ${summary.name}, favourite-genre`,
    ]);
  });

  it.each(['cross-attention', 'text-prompt', 'none'] as const)('writes a valid, commented file for %s', (integration) => {
    expect(suggestExperiment(summary, integration)).toMatch(/^\{\n {2}\/\/ /);
    const experiment = suggested({}, integration);
    expect(experiment).toMatchObject({ dataset: 'my films', task: 'next-item', integration: { kind: integration } });
    expect(neededStages(experiment).includes('pretrain-encoder')).toBe(integration === 'cross-attention');
  });

  it('writes the history into the prompt for text-prompt only', () => {
    expect(suggested({}, 'text-prompt').history.prompted).toBeGreaterThan(0);
    expect(suggested({}, 'cross-attention').history.prompted).toBe(0);
  });

  it('shares the pretraining of the language model between integrations', () => {
    expect(suggested({}, 'text-prompt').languageModel).toEqual(suggested({}, 'cross-attention').languageModel);
  });

  it('names the features that the dataset has', () => {
    const features = summary.features.filter(({ name }) => name !== 'genre');
    expect(suggested({ features }, 'cross-attention').encoder.features).toEqual(['title', 'rating']);
    expect(suggested({}, 'cross-attention').encoder.features).toEqual(['title', 'genre', 'rating']);
  });

  it('offers the tasks that suit the dataset, in its words', () => {
    const commentsOf = (text: string) => text.replace(/\n *\/\/ /g, ' ');
    expect(commentsOf(suggestExperiment(summary, 'none'))).toContain(
      '"next-item" (the next title) or "favourite-genre" (the most frequent genre).',
    );
    const reviews = { ...summary, format: 'amazon-2018' as const, textFeatures: ['summary'] };
    expect(commentsOf(suggestExperiment(reviews, 'none'))).toContain(
      '"favourite-genre" (the most frequent category) or "review" (what the user wrote).',
    );
  });

  it('has lines that fit beside the plan', () => {
    for (const integration of ['cross-attention', 'text-prompt', 'none'] as const) {
      const long = suggestExperiment(summary, integration)
        .split('\n')
        .filter((line) => line.length > 70);
      expect(long).toEqual([]);
    }
  });

  it('takes the task', () => {
    expect(suggested({}, 'none', 'favourite-genre').task).toBe('favourite-genre');
  });

  it('looks back no further than people have events', () => {
    expect(suggested({ events: 610 * 12 }, 'cross-attention').history.embedded).toBe(15);
    expect(suggested({ items: 600 }, 'cross-attention').history.embedded).toBe(50);
  });

  it('leaves rare titles out where few people meet thousands of titles', () => {
    expect(suggested({}, 'cross-attention').data.minEventsPerItem).toBeGreaterThan(1);
    expect(suggested({ items: 600 }, 'cross-attention').data.minEventsPerItem).toBe(1);
  });

  it('lets labels share a history where the task allows it, and takes fewer labels a step where it does not', () => {
    const [shared, favourite, prompted] = [
      suggested({}, 'cross-attention'),
      suggested({}, 'cross-attention', 'favourite-genre'),
      suggested({}, 'text-prompt'),
    ].map(({ training }) => training);
    expect(shared!.labelsPerHistory).toBeGreaterThan(1);
    for (const single of [favourite!, prompted!]) {
      expect(single.labelsPerHistory).toBe(1);
      expect(single.batchSize).toBeLessThan(shared!.batchSize);
    }
  });

  it('trains longer where there is more to learn', () => {
    const small = suggested({ users: 100 }, 'cross-attention').training.steps;
    const large = suggested({ users: 80_000 }, 'cross-attention').training.steps;
    expect(large).toBeGreaterThan(small);
  });

  it('quotes names that need it', () => {
    expect(suggested({ name: 'Ünïcode 1.0' }, 'none').dataset).toBe('Ünïcode 1.0');
  });
});
