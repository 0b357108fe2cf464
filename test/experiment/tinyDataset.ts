import { initialStages } from '../../src-main/experiment/stages.ts';
import { seededUniform } from '../../src-main/model/parameters.ts';
import type { NewTimeline } from '../../src-main/store/datasetStore.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { type Experiment, type ExperimentInput, experimentSchema } from '../../src-shared/experiment.ts';
import { FIRST_VALUE_ID } from '../../src-shared/ids.ts';

const GENRES = ['Action', 'Comedy', 'Drama'];
const RATINGS = ['2.0', '3.5', '5.0'];
const ITEMS = 12;
const SPECIAL = ['[PAD]', '[OOV]'];

interface TinyOptions {
  users?: number;
  name?: string;
  /** Of the items in turn; empty: as if nothing were known about them but their titles. */
  genres?: string[];
  /** As if from Amazon: a summary and a review of every event but the first, and of the last of every second user. */
  reviews?: boolean;
}

/** Fourteen made-up users who mostly stay with one genre; titles, genres and ratings like MovieLens has them. */
export function insertTinyDataset(
  workspace: Workspace,
  { users = 14, name = 'tiny', genres = GENRES, reviews = false }: TinyOptions = {},
): void {
  const placeOf = (item: number) => item % genres.length;
  const items = Array.from({ length: ITEMS }, (_, item) => ({
    externalId: String(item + 1),
    title: `Film ${'ABCDEFGHIJKL'[item]} (${1990 + item})`,
    genres: genres.slice(placeOf(item), placeOf(item) + 1),
  }));
  const features = [
    {
      name: 'title',
      kind: 'item' as const,
      vocabulary: [...SPECIAL, ...items.map(({ title }) => title)],
      itemValues: Int32Array.from(items, (_, item) => item + FIRST_VALUE_ID),
    },
    {
      name: 'genre',
      kind: 'item' as const,
      vocabulary: [...SPECIAL, ...genres],
      itemValues: Int32Array.from(items, (_, item) => placeOf(item) + FIRST_VALUE_ID),
    },
    { name: 'rating', kind: 'event' as const, vocabulary: [...SPECIAL, ...RATINGS] },
  ];
  const timelines = Array.from({ length: users }, (_, user) => tinyTimeline(user));
  const target = { name, format: reviews ? ('amazon-2018' as const) : ('movielens-csv' as const), sourcePath: 'made up' };
  const known = features.filter((feature) => genres.length > 0 || feature.name !== 'genre');
  const catalogue = { items, features: known, ...(reviews && { textFeatures: ['summary', 'review'] }) };
  workspace.datasets.insert(target, catalogue, reviews ? timelines.map(withTexts) : timelines);
}

function withTexts(timeline: NewTimeline, user: number): NewTimeline {
  const { itemIds, eventFeatures } = timeline;
  const last = itemIds.length - 1;
  const summary = Array.from(itemIds, (item, event) => {
    if (event === 0 || (event === last && user % 2 === 1)) return '';
    return `${RATINGS[eventFeatures.rating![event]! - FIRST_VALUE_ID] === '5.0' ? 'Loved' : 'Saw'} ${GENRES[item % GENRES.length]} again`;
  });
  return { ...timeline, texts: { summary, review: summary.map((text) => text && `${text}.\nI would say so.`) } };
}

function tinyTimeline(user: number): NewTimeline {
  const uniform = seededUniform(user + 1);
  const events = 6 + (user % 5);
  const itemIds = Int32Array.from({ length: events }, () => {
    const anything = uniform() < 0.3;
    const draw = Math.floor(uniform() * ITEMS);
    return anything ? draw : draw - (draw % GENRES.length) + (user % GENRES.length);
  });
  return {
    externalId: `u${user}`,
    itemIds,
    timestampsMs: Float64Array.from({ length: events }, (_, event) => 1e12 + user * 1e6 + event * 1000),
    eventFeatures: { rating: Int32Array.from({ length: events }, () => FIRST_VALUE_ID + Math.floor(uniform() * RATINGS.length)) },
  };
}

type Sections = { [K in keyof ExperimentInput]?: Partial<ExperimentInput[K]> | ExperimentInput[K] };

/** An experiment that a test can afford: a few steps of a model of a few thousand parameters. */
export function tinyExperiment(overrides: Sections = {}): Experiment {
  const pretraining = { steps: 8, batchSize: 4 };
  const base = {
    dataset: 'tiny',
    history: { embedded: 4 },
    encoder: { dModel: 8, numLayers: 1, numHeads: 2, pretraining },
    languageModel: { vocabularySize: 300, dModel: 8, numLayers: 1, numHeads: 2, pretraining },
    integration: { projectionSize: 8, numHeads: 2 },
    training: { steps: 10, batchSize: 4, validateEvery: 4, checkpointEvery: 3 },
    evaluation: { users: 6, beams: 3, batchSize: 4, candidates: 4, bootstrap: 50, retention: null, efficiencyAt: [2, 4] },
    engine: { name: 'reference' },
  };
  const keys = new Set([...Object.keys(base), ...Object.keys(overrides)]) as Set<keyof typeof base>;
  const merged = Object.fromEntries(
    [...keys].map((key) => {
      const [value, override] = [base[key], overrides[key]];
      const both = typeof value === 'object' && typeof override === 'object';
      return [key, both ? { ...value, ...(override as object) } : (override ?? value)];
    }),
  );
  return experimentSchema.parse(merged);
}

/** Adds a queued run of the experiment. */
export function createRun(workspace: Workspace, id: string, experiment: Experiment, environment: Record<string, string> = {}): void {
  const { fingerprint, users } = workspace.datasets.get(experiment.dataset);
  workspace.runs.create({
    id,
    name: experiment.name,
    config: experiment,
    source: '{}',
    datasetName: experiment.dataset,
    datasetFingerprint: fingerprint,
    environment,
    stages: initialStages(experiment, users),
  });
}
