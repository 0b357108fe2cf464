import type { DatasetReport, DatasetSummary, ItemSummary, TimelineEvent, UserSummary } from '../../src-shared/dataset.ts';
import { type Experiment, experimentSchema } from '../../src-shared/experiment.ts';
import type { MetricPoint, MetricValue, RunDetail, Stage, StageName } from '../../src-shared/run.ts';

/** Plausible content for the test double: made up, seeded, the same at every start. */
const DAY_MS = 86_400_000;
export const NOW_MS = Date.now();

export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const GENRES = [
  'Drama',
  'Comedy',
  'Thriller',
  'Action',
  'Romance',
  'Sci-Fi',
  'Crime',
  'Horror',
  'Children',
  'Documentary',
  'Western',
  'Film-Noir',
];
const FIRST = [
  'Silent',
  'Crimson',
  'Distant',
  'Hollow',
  'Golden',
  'Midnight',
  'Paper',
  'Electric',
  'Broken',
  'Northern',
  'Velvet',
  'Burning',
];
const SECOND = [
  'Harbour',
  'Letters',
  'Orchard',
  'Signal',
  'Garden',
  'Frontier',
  'Mirror',
  'Carnival',
  'Station',
  'River',
  'Empire',
  'Lullaby',
];
export const TITLES = FIRST.flatMap((first, i) => SECOND.map((second, j) => `${first} ${second} (${1962 + ((i * 7 + j * 5) % 58)})`));
export const LONG_TITLE =
  'The Extraordinary and Entirely Unverifiable Adventures of a Lighthouse Keeper Who Catalogued Every Ship That Never Arrived (1974)';

export function makeDataset(name: string, sizes: { users: number; items: number; events: number; rejected: number }): DatasetSummary {
  return {
    name,
    format: 'movielens-csv',
    users: sizes.users,
    items: sizes.items,
    events: sizes.events,
    textFeatures: [],
    features: [
      { name: 'title', kind: 'item', vocabularySize: sizes.items + 2 },
      { name: 'genre', kind: 'item', vocabularySize: 21 },
      { name: 'rating', kind: 'event', vocabularySize: 12 },
    ],
    rejected: sizes.rejected,
    rejections: makeRejections(sizes.rejected),
    fingerprint: '4f6b0c1d9a2e7385b1c4d6e8f0a2b4c6d8e0f1a3b5c7d9e1f3a5b7c9d1e3f5a7',
    sourcePath: `/data/${name}`,
    importedAtMs: NOW_MS - 2 * DAY_MS,
    seconds: 1.9,
    peakMemoryBytes: 214 * 2 ** 20,
  };
}

const REASONS = [
  'rating: expected a number from 0.5 to 5, got "six"',
  'timestamp: expected whole seconds since 1970, got ""',
  'movieId: no row of movies.csv has the id 193610',
  'expected 4 columns, got 3',
];

export function makeRejections(count: number) {
  return Array.from({ length: count }, (_, i) => ({ file: 'ratings.csv', line: 17 + i * 613, reason: REASONS[i % REASONS.length]! }));
}

const REASON_GROUPS = REASONS.map((reason) => reason.replace(/"[^"]*"$|\d+$/, '…'));

/** Years from 1996 to 2018. */
function makeEventTimes(events: number) {
  const edges = Array.from({ length: 24 }, (_, i) => Date.UTC(1996 + i, 0, 1));
  return { edges, counts: edges.slice(1).map((_, i) => Math.round((events / 23) * (1 + 0.7 * Math.sin(i * 1.3)))) };
}

export function makeReport(summary: DatasetSummary): DatasetReport {
  const next = random(summary.users);
  const edges = [0, 20, 40, 60, 80, 100, 150, 200, 300, 500, 1000, 2700];
  const shape = [0.03, 0.27, 0.19, 0.12, 0.09, 0.11, 0.07, 0.06, 0.035, 0.02, 0.005];
  return {
    summary,
    eventsPerUser: { edges, counts: shape.map((share) => Math.round(share * summary.users)) },
    eventsPerUserQuantiles: { min: 20, p25: 35, median: 70.5, p75: 168, p95: 612, max: 2698 },
    eventsPerItem: { edges: [0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 330], counts: [18, 3446, 1298, 1580, 1180, 1000, 770, 312, 108, 30] },
    itemsWithEvents: Math.round(summary.items * 0.998),
    ratings: ['0.5', '1.0', '1.5', '2.0', '2.5', '3.0', '3.5', '4.0', '4.5', '5.0'].map((value, i) => ({
      value,
      count: Math.round(summary.events * [0.014, 0.028, 0.018, 0.075, 0.055, 0.199, 0.13, 0.266, 0.085, 0.13][i]!),
    })),
    genres: GENRES.map((value, i) => ({ value, count: Math.round((summary.events * 0.24) / (1 + i * 0.55)) })),
    popularItems: Array.from({ length: 20 }, (_, i) => ({
      value: i === 6 ? LONG_TITLE : TITLES[(i * 31) % TITLES.length]!,
      count: Math.round((summary.users * 0.54) / (1 + i * 0.09) + next() * 5),
    })),
    duplicates: { sameItem: 5, sameItemAndTime: 2 },
    eventTimes: makeEventTimes(summary.events),
    firstEventAtMs: Date.UTC(1996, 2, 29),
    lastEventAtMs: Date.UTC(2018, 8, 24),
    trainingExamples: [50, 100, 200].map((historyLength, i) => ({
      historyLength,
      examples: Math.round(summary.events * [0.61, 0.43, 0.24][i]!),
      users: Math.round(summary.users * [0.59, 0.38, 0.2][i]!),
    })),
    minEvents: [50, 51, 52, 53, 54].map((minEvents, i) => ({
      minEvents,
      users: Math.round(summary.users * 0.63) - 3 * i,
      itemsWithEvents: Math.round(summary.items * 0.98) - 2 * i,
      examples: Math.round(summary.events * 0.61),
    })),
    rejectionGroups: REASON_GROUPS.flatMap((reason, i) => {
      const count = Math.floor((summary.rejected + REASONS.length - 1 - i) / REASONS.length);
      const examples = Array.from({ length: Math.min(3, count) }, (_, at) => ({ file: 'ratings.csv', line: 17 + (i + at * 4) * 613 }));
      return count > 0 ? [{ reason, count, examples }] : [];
    }),
    sameContent: [],
  };
}

export function makeUser(userId: number): UserSummary {
  const next = random(userId + 99);
  const first = Date.UTC(1996, 2, 29) + Math.floor(next() * 7000) * DAY_MS;
  return {
    userId,
    externalId: String(userId + 1),
    events: 20 + Math.floor(next() ** 3 * 900),
    firstEventAtMs: first,
    lastEventAtMs: first + next() * 400 * DAY_MS,
  };
}

export function makeItem(title: string, itemId: number, { events }: DatasetSummary): ItemSummary {
  return {
    itemId,
    externalId: String(1 + itemId * 7),
    title,
    genre: GENRES[itemId % 12]!,
    events: Math.round((events * 0.02) / (1 + itemId * 0.3)),
  };
}

export function makeTimeline(userId: number): TimelineEvent[] {
  const user = makeUser(userId);
  const next = random(userId + 7);
  return Array.from({ length: user.events }, (_, i) => {
    const itemId = Math.floor(next() ** 1.6 * TITLES.length);
    return {
      itemId,
      title: i % 17 === 5 ? LONG_TITLE : TITLES[itemId]!,
      genre: GENRES[Math.floor(next() ** 1.5 * GENRES.length)]!,
      rating: String(1 + Math.floor(next() * 9) / 2),
      timestampMs: user.firstEventAtMs + (i * (user.lastEventAtMs - user.firstEventAtMs)) / user.events,
    };
  });
}

export function makeConfig(input: Record<string, unknown>): Experiment {
  return experimentSchema.parse({ dataset: 'ml-latest-small', ...input });
}

const STEPS: Record<StageName, number> = { 'pretrain-encoder': 400, 'pretrain-language-model': 300, finetune: 300, evaluate: 610 };
export const STAGES = Object.keys(STEPS) as StageName[];

export function makeStages(done: number, share = 0, options: { reused?: boolean; running?: boolean } = {}): Stage[] {
  return STAGES.map((name, i): Stage => {
    const steps = STEPS[name];
    if (i < done)
      return {
        name,
        status: options.reused && i < 2 ? 'reused' : 'done',
        steps,
        stepsDone: steps,
        seconds: 18 + i * 9,
        finalLoss: name === 'evaluate' ? null : 4.1 - i * 0.7,
      };
    const now = i === done && share > 0;
    return {
      name,
      status: now ? 'running' : 'pending',
      steps,
      stepsDone: now ? Math.round(steps * share) : 0,
      seconds: now ? 12.4 : 0,
      finalLoss: null,
    };
  });
}

/** One step's metrics: losses that fall with noise, a warmed-up cosine, gates that open. */
export function pointsAt(stage: StageName, step: number, seed: number, gated: boolean): MetricPoint[] {
  if (stage === 'evaluate') return [];
  const next = random(seed * 7919 + step * 31 + stage.length);
  const t = step / STEPS[stage];
  const loss = 2.1 + (seed % 5) * 0.12 + 5.2 * Math.exp(-5 * t) + (next() - 0.5) * 0.35;
  const learningRate = 2e-3 * Math.min(t / 0.1, 0.5 * (1 + Math.cos(Math.PI * Math.max(0, (t - 0.1) / 0.9))));
  const point = (name: string, value: number): MetricPoint => ({ stage, step, name, value });
  const points = [
    point('loss', loss),
    point('learningRate', learningRate),
    point('gradientNorm', 0.4 + next() * 0.9 + 2 * Math.exp(-20 * t)),
    point('tokensPerSecond', 9800 + next() * 900),
  ];
  if (stage === 'finetune' && gated)
    for (let layer = 0; layer < 3; layer++)
      points.push(
        point(`gate.${layer}`, Math.tanh((0.1 + 0.17 * layer + 0.015 * seed) * (1 - Math.exp(-3 * t)) * (layer === 1 ? -0.6 : 1))),
      );
  if (step % 50 === 0) points.push(point('validationLoss', loss + 0.14 + t * 0.12), point('memoryBytes', 4.1e8 + t * 3e7));
  return points;
}

export function allPoints(run: Pick<RunDetail, 'stages'>, seed: number, gated: boolean): MetricPoint[] {
  return run.stages
    .filter((stage) => stage.status !== 'reused')
    .flatMap((stage) => Array.from({ length: stage.stepsDone }, (_, i) => pointsAt(stage.name, i + 1, seed, gated)).flat());
}

const metric = (value: number, n = 610): MetricValue => {
  const half = 1.96 * Math.sqrt(Math.max(value * (1 - value), 0.0004) / n);
  return { value, n, low: Math.max(0, value - half), high: value + half };
};

export function makeMetrics(quality: number): Record<string, MetricValue> {
  return {
    'recall@1': metric(0.021 * quality),
    'recall@5': metric(0.064 * quality),
    'recall@10': metric(0.103 * quality),
    'constrained.recall@1': metric(0.024 * quality),
    'constrained.recall@5': metric(0.071 * quality),
    'constrained.recall@10': metric(0.112 * quality),
    offCatalogueShare: metric(0.061),
    'encoder.hr@10': metric(0.124),
    'encoder.ndcg@10': metric(0.067),
    'encoder.unfiltered.hr@10': metric(0.096),
    'encoder.unfiltered.ndcg@10': metric(0.049),
    'popularity.hr@10': metric(0.058),
    'popularity.ndcg@10': metric(0.031),
    'popularity.recall@1': metric(0.008),
    'popularity.recall@5': metric(0.031),
    'popularity.recall@10': metric(0.058),
    testLoss: { value: 2.31 / quality ** 0.1, n: 610, low: 2.24, high: 2.39 },
    'userPathOff.testLoss': { value: 2.74, n: 610, low: 2.66, high: 2.82 },
  };
}

export function makeSamples(seed: number) {
  const next = random(seed);
  const title = () => TITLES[Math.floor(next() * TITLES.length)]!;
  return Array.from({ length: 24 }, (_, i) => {
    const target = i === 4 ? LONG_TITLE : title();
    const predictions = Array.from({ length: 5 }, (_, rank) => ({
      text: title(),
      score: -1.2 - rank * 0.45 - next() * 0.2,
      inCatalogue: true,
    }));
    if (i % 3 === 0) predictions[i % 5] = { text: target, score: predictions[i % 5]!.score, inCatalogue: true };
    if (i % 4 === 1) predictions[3] = { text: 'Silent Harbur of the (19', score: -3.4, inCatalogue: false };
    return { userId: i * 13, prompt: `The viewer's next film is:`, target, predictions };
  });
}

export function makeEfficiency() {
  return [50, 100, 200].flatMap((historyLength) => [
    {
      historyLength,
      method: 'embedding' as const,
      tokensPerRequest: 12,
      flops: 6 * 1.2e6 * 12,
      millisecondsPerRequest: 3.1 + historyLength / 200,
    },
    {
      historyLength,
      method: 'text-prompt' as const,
      tokensPerRequest: historyLength * 11,
      flops: 6 * 1.2e6 * historyLength * 11,
      millisecondsPerRequest: 4 + historyLength / 7,
    },
  ]);
}

export const PARAMETERS = {
  total: 1_412_739,
  trainable: 1_412_739,
  byComponent: {
    encoder: { total: 731_904, trainable: 731_904 },
    languageModel: { total: 594_432, trainable: 594_432 },
    projection: { total: 4_160, trainable: 4_160 },
    crossAttention: { total: 82_240, trainable: 82_240 },
    gates: { total: 3, trainable: 3 },
  },
};
