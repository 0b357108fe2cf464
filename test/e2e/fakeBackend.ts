import { findNodeAtLocation, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { compareConfigurations, compareRuns } from '../../src-main/backend/comparison.ts';
import type { BackendApi, Plan } from '../../src-shared/contract.ts';
import type { DatasetFormat, DatasetSummary, ImportPreview, ImportProgress } from '../../src-shared/dataset.ts';
import { AppError } from '../../src-shared/errors.ts';
import { experimentSchema, type Problem } from '../../src-shared/experiment.ts';
import { EventLog } from '../../src-shared/protocol.ts';
import { experimentFileJsonSchema, type SweepPreview } from '../../src-shared/sweep.ts';
import { GENRES, makeDataset, makeItem, makeReport, makeTimeline, makeUser, NOW_MS, PARAMETERS, TITLES } from './fakeData.ts';
import { createFakeEstimates, type FakeEstimates } from './fakeEstimates.ts';
import { createFakeModels, makeEncoder } from './fakeModels.ts';
import { addUsualRuns, FakeRuns, summaryOf } from './fakeRuns.ts';
import { createFakeSweeps, previewOf } from './fakeSweeps.ts';
import { createFakeTexts } from './fakeTexts.ts';

const IMPORT_TICK_MS = 60;
const IMPORT_ROWS = 100_836;
const FOLDER = '/workspaces/films/experiments';

export interface FakeBackend {
  api: BackendApi;
  events: EventLog;
  runs: FakeRuns;
  estimates: FakeEstimates;
  settings: Record<string, unknown>;
  preferences: Record<'user' | 'workspace', Record<string, unknown>>;
  close(): void;
}

/**
 * A test double of the backend: everything in memory, plausible, and fast.
 * @param options `empty`: a workspace that holds nothing yet; `demoUsers`: how many people its dataset "demo" has
 */
export function makeFakeBackend(options: { empty?: boolean; demoUsers?: number } = {}): FakeBackend {
  const events = new EventLog('fake-session');
  const runs = new FakeRuns((event) => events.emit(event));
  const datasets = new Map<string, DatasetSummary>();
  const files = new Map<string, { text: string; modifiedAtMs: number }>();
  const imports = new Map<string, { progress: ImportProgress; timer: ReturnType<typeof setInterval> }>();
  const settings: Record<string, unknown> = {};
  const preferences: FakeBackend['preferences'] = { user: {}, workspace: {} };
  const models = createFakeModels((event) => events.emit(event), options);
  const estimates = createFakeEstimates((event) => events.emit(event));
  const texts = createFakeTexts((event) => events.emit(event), runs);
  if (!options.empty) {
    datasets.set('ml-latest-small', makeDataset('ml-latest-small', { users: 610, items: 9742, events: 100_832, rejected: 4 }));
    datasets.set('demo', makeDataset('demo', { users: options.demoUsers ?? 3000, items: 600, events: 214_590, rejected: 0 }));
    files.set(`${FOLDER}/gated.experiment.jsonc`, { text: sampleText('ml-latest-small', 'cross-attention'), modifiedAtMs: NOW_MS - 3e6 });
    files.set(`${FOLDER}/text-prompt-baseline.experiment.jsonc`, {
      text: sampleText('ml-latest-small', 'text-prompt'),
      modifiedAtMs: NOW_MS - 9e6,
    });
    addUsualRuns(runs);
  }
  const fileOf = (path: string) => ({
    path,
    name: path.slice(path.lastIndexOf('/') + 1).replace('.experiment.jsonc', ''),
    modifiedAtMs: files.get(path)!.modifiedAtMs,
  });
  const datasetOf = (name: string) => {
    const found = datasets.get(name);
    if (!found) throw new AppError('dataset-not-found', `datasets: there is no dataset "${name}"`);
    return found;
  };
  const write = (path: string, text: string) => {
    const full = path.startsWith('/') ? path : `${FOLDER}/${path}`;
    files.set(full, { text, modifiedAtMs: Date.now() });
    events.emit({ name: 'experiments.changed', payload: {} });
    return fileOf(full);
  };
  const startImport = (name: string): string => {
    const importId = `import-${imports.size + 1}`;
    const progress: ImportProgress = {
      importId,
      name,
      phase: 'reading',
      rows: 0,
      totalRows: null,
      rowsPerSecond: null,
      remainingSeconds: null,
      error: null,
    };
    const timer = setInterval(() => advanceImport(importId), IMPORT_TICK_MS);
    imports.set(importId, { progress, timer });
    return importId;
  };
  const setImport = (importId: string, change: Partial<ImportProgress>) => {
    const entry = imports.get(importId)!;
    entry.progress = { ...entry.progress, ...change };
    if (['done', 'failed', 'cancelled'].includes(entry.progress.phase)) clearInterval(entry.timer);
    events.emit({ name: 'import.progress', payload: entry.progress });
  };
  const advanceImport = (importId: string) => {
    const { progress } = imports.get(importId)!;
    const rows = Math.min(IMPORT_ROWS, progress.rows + 4000);
    const phase = rows < IMPORT_ROWS * 0.6 ? 'reading' : rows < IMPORT_ROWS * 0.8 ? 'sorting' : rows < IMPORT_ROWS ? 'packing' : 'done';
    if (phase === 'done') {
      datasets.set(progress.name, makeDataset(progress.name, { users: 610, items: 9742, events: IMPORT_ROWS - 23, rejected: 23 }));
      events.emit({ name: 'datasets.changed', payload: {} });
    }
    setImport(importId, { rows, phase, totalRows: IMPORT_ROWS, rowsPerSecond: 66_000, remainingSeconds: (IMPORT_ROWS - rows) / 66_000 });
  };

  const api: BackendApi = {
    'workspace.info': async () => ({ path: '/workspaces/films', name: 'films', version: '0.1.0' }),
    'doctor.report': async () => ({
      engines: [
        { engine: 'onnx', provider: 'cpu', available: true, device: '2 cores', reason: null },
        { engine: 'onnx', provider: 'webgpu', available: false, device: null, reason: 'no graphics adapter was found' },
        { engine: 'tensorflow', provider: 'cpu', available: false, device: null, reason: '@tensorflow/tfjs-node-gpu is not installed' },
        { engine: 'reference', provider: 'cpu', available: true, device: '1 thread', reason: null },
      ],
      versions: { node: '24.21.0', onnxruntime: '1.30.0' },
      workspace: { path: '/workspaces/films', databaseBytes: 8_400_000, blobsBytes: 61_000_000, schemaVersion: 1 },
    }),
    'files.list': async ({ path }) => listFiles(path || '/home/ada'),
    'datasets.list': async () => [...datasets.values()],
    'datasets.report': async ({ name, view }) => makeReport(partOf(datasetOf(name), view.minEventsPerUser)),
    'datasets.rejections': async ({ name, offset, limit }) => {
      const { rejections } = datasetOf(name);
      return { total: rejections.length, rows: rejections.slice(offset, offset + limit) };
    },
    'datasets.users': async ({ name, search, sort, descending, offset, limit }) => {
      const { users } = datasetOf(name);
      if (search === '' && sort === 'userId' && !descending) {
        const rows = Array.from({ length: Math.min(limit, Math.max(0, users - offset)) }, (_, i) => makeUser(offset + i));
        return { total: users, rows };
      }
      const ids = Array.from({ length: users }, (_, i) => i).filter((id) => search === '' || String(id + 1).includes(search));
      if (sort !== 'userId') ids.sort((a, b) => Number(makeUser(a)[sort]) - Number(makeUser(b)[sort]));
      if (descending) ids.reverse();
      return { total: ids.length, rows: ids.slice(offset, offset + limit).map(makeUser) };
    },
    'datasets.items': async ({ name, search, sort, descending, offset, limit }) => {
      const items = TITLES.map((title, itemId) => makeItem(title, itemId, datasetOf(name)));
      const found = items.filter(({ title }) => title.toLowerCase().includes(search.toLowerCase()));
      found.sort((a, b) => (sort === 'title' || sort === 'genre' ? a[sort].localeCompare(b[sort]) : Number(a[sort]) - Number(b[sort])));
      if (descending) found.reverse();
      return { total: found.length, rows: found.slice(offset, offset + limit) };
    },
    'datasets.timeline': async ({ userId }) => makeTimeline(userId),
    'datasets.preview': async ({ path, format }) => preview(path, format),
    'datasets.previewProblems': async () => [],
    'datasets.import': async ({ name }) => {
      if (datasets.has(name)) throw new AppError('dataset-exists', `import: there is already a dataset "${name}"; choose another name`);
      return { importId: startImport(name) };
    },
    'datasets.importSample': async () => ({ importId: startImport('sample') }),
    'datasets.imports': async () => [...imports.values()].map((entry) => entry.progress),
    'datasets.cancelImport': async ({ importId }) => {
      setImport(importId, { phase: 'cancelled' });
      return {};
    },
    'datasets.delete': async ({ name }) => {
      if ([...runs.byId.values()].some((run) => run.detail.datasetName === name))
        throw new AppError('dataset-in-use', `datasets: runs use "${name}"; delete them first`);
      datasets.delete(name);
      events.emit({ name: 'datasets.changed', payload: {} });
      return { freedBytes: 31 * 2 ** 20 };
    },
    'datasets.rename': async ({ name, newName }) => {
      if (datasets.has(newName)) throw new AppError('dataset-exists', `dataset "${newName}" exists already; choose another name`);
      datasets.set(newName, { ...datasetOf(name), name: newName });
      datasets.delete(name);
      events.emit({ name: 'datasets.changed', payload: {} });
      return {};
    },
    'datasets.exports': async () => [],
    'datasets.cancelExport': async () => ({}),
    'datasets.export': async ({ name, path }) => ({ path, events: datasetOf(name).events, sizeBytes: 4_200_000 }),
    'experiments.list': async () => [...files.keys()].map(fileOf).sort((a, b) => b.modifiedAtMs - a.modifiedAtMs),
    'experiments.read': async ({ path }) => {
      const file = files.get(path);
      if (!file) throw new AppError('file-not-found', `experiments: there is no file "${path}"`);
      return { path, ...file };
    },
    'experiments.write': async ({ path, text, base }) => {
      const now = files.get(path)?.text;
      if (base !== undefined && now !== undefined && now !== base) throw new AppError('file-changed', `experiments: "${path}" has changed`);
      return write(path, text);
    },
    'experiments.add': async ({ path }) => write(path.replace(/^.*\//, ''), sampleText('demo', 'none')),
    'experiments.delete': async ({ path }) => {
      files.delete(path);
      events.emit({ name: 'experiments.changed', payload: {} });
      return {};
    },
    'experiments.create': async ({ dataset, integration }) =>
      write(`${dataset}-${integration}-${files.size + 1}.experiment.jsonc`, sampleText(dataset, integration)),
    'experiments.validate': async ({ text }) => validate(text, datasets),
    'experiments.schema': async () => experimentFileJsonSchema(),
    ...estimates.api,
    ...createFakeSweeps(runs),
    'runs.list': async () => [...runs.byId.values()].map((run) => summaryOf(run.detail)),
    'runs.get': async ({ runId }) => runs.get(runId).detail,
    'runs.start': async ({ text }) => {
      const { problems } = validate(text, datasets);
      if (problems[0]) throw new AppError('experiment-invalid', `experiment: ${problems[0].message}`);
      const config = experimentSchema.parse(parse(text));
      return runs.start(config.name, config, text);
    },
    'runs.stop': async ({ runId, save }) => {
      runs.halt(runId, save);
      return {};
    },
    'runs.resume': async ({ runId }) => runs.resume(runId),
    'runs.delete': async ({ runId }) => {
      runs.get(runId);
      runs.byId.delete(runId);
      events.emit({ name: 'run.deleted', payload: { runId } });
      return {};
    },
    'runs.curves': async ({ runIds, names }) => runs.curves(runIds, names),
    'runs.smoothed': async ({ curves }) => curves.map(({ steps }) => steps.map(() => null)),
    'runs.log': async ({ runId }) => runs.get(runId).log,
    'runs.configurations': async ({ runIds }) => compareConfigurations(runIds.map((id) => runs.get(id).detail)),
    'runs.compare': async ({ runIds }) => compareRuns(runIds.map((id) => runs.get(id).detail)),
    'runs.pairedTests': async ({ baselineId, runIds }) => {
      const metrics = Object.keys(runs.get(baselineId).detail.metrics);
      const others = runIds.filter((id) => id !== baselineId && Object.keys(runs.get(id).detail.metrics).length > 0);
      return others.flatMap((runId) => metrics.map((metric, i) => ({ runId, metric, difference: 0.01, pValue: 0.012 * (i + 1), n: 610 })));
    },
    'runs.rightUsers': async ({ a, b, metric = 'recall@1' }) => {
      const evaluated = [a, b].every((id) => Object.keys(runs.get(id).detail.metrics).length > 0);
      const none = { count: 0, userIds: [] };
      if (!evaluated) return { metrics: [], metric: null, n: 0, both: 0, neither: 0, onlyA: none, onlyB: none };
      const onlyA = { count: 34, userIds: Array.from({ length: 34 }, (_, i) => i * 17) };
      const onlyB = { count: 2, userIds: [5, 301] };
      return { metrics: ['recall@1', 'recall@10'], metric, n: 610, both: 40, neither: 534, onlyA, onlyB };
    },
    ...texts.api,
    ...models.api,
    'encoders.list': async () => (options.empty ? [] : [makeEncoder('run-gated', 'gated')]),
    'models.stopGeneration': async ({ generationId }) => {
      texts.stop(generationId);
      return {};
    },
    'settings.get': async () => ({ ...settings }),
    'settings.set': async ({ values }) => {
      Object.assign(settings, values);
      return {};
    },
    'preferences.get': async () => ({
      user: { path: '/home/ada/.userllm/settings.json', values: preferences.user, problem: null },
      workspace: { values: preferences.workspace },
    }),
    'preferences.set': async ({ scope, values }) => {
      preferences[scope] = values;
      events.emit({ name: 'preferences.changed', payload: {} });
      return {};
    },
  };
  const close = () => {
    runs.pause();
    for (const { timer } of imports.values()) clearInterval(timer);
  };
  return { api, events, runs, estimates, settings, preferences, close };
}

/** As if a tenth of the users had so few events that they are left out, whatever the minimum. */
function partOf(dataset: DatasetSummary, minEventsPerUser: number): DatasetSummary {
  if (minEventsPerUser === 1) return dataset;
  if (minEventsPerUser > 1000) throw new AppError('experiment-invalid', `data: expected at least one user of "${dataset.name}", got none`);
  return { ...dataset, users: dataset.users * 0.9, events: dataset.events - 10 * dataset.users };
}

function listFiles(path: string) {
  const folder = (name: string) => ({ name, path: `${path}/${name}`, folder: true, sizeBytes: 0 });
  const file = (name: string, sizeBytes: number) => ({ name, path: `${path}/${name}`, folder: false, sizeBytes });
  const inside = path.endsWith('ml-latest-small')
    ? [file('links.csv', 197_979), file('movies.csv', 494_431), file('ratings.csv', 2_483_723), file('README.txt', 8342)]
    : [folder('datasets'), folder('ml-latest-small'), folder('papers'), file('notes.txt', 1200)];
  return { path, parent: path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/', entries: inside };
}

function preview(path: string, format: DatasetFormat | null): ImportPreview {
  if (path.endsWith('.csv') || format === 'table') return tablePreview(path);
  if (!path.includes('ml-'))
    throw new AppError('format-unknown', `import: expected a folder with ratings.csv and movies.csv, got "${path}"`);
  return {
    path,
    format: format ?? 'movielens-csv',
    suggestedName: 'ml-latest-small-2',
    files: [
      { name: 'ratings.csv', sizeBytes: 2_483_723 },
      { name: 'movies.csv', sizeBytes: 494_431 },
    ],
    columns: ['userId', 'movieId', 'rating', 'timestamp'],
    firstLine: 2,
    rows: Array.from({ length: 100 }, (_, i) => [
      String(1 + Math.floor(i / 30)),
      String(1 + i * 7),
      String(3 + (i % 5) / 2),
      String(964_982_703 + i * 37),
    ]),
    mapping: null,
  };
}

/** A table of one's own, with a column whose meaning nobody can guess. */
function tablePreview(path: string): ImportPreview {
  return {
    path,
    format: 'table',
    suggestedName: 'listens',
    files: [{ name: path.slice(path.lastIndexOf('/') + 1), sizeBytes: 81_234_567 }],
    columns: ['listener', 'track_id', 'played_at', 'stars', 'track', 'style', 'remark', 'device', 'x7'],
    firstLine: 2,
    rows: Array.from({ length: 100 }, (_, i) => [
      `ada${Math.floor(i / 12)}`,
      `t${1000 + i * 7}`,
      new Date(1.5e12 + i * 4e6).toISOString(),
      String(1 + (i % 5)),
      TITLES[i % TITLES.length]!,
      GENRES[i % GENRES.length]!,
      i % 3 === 0 ? 'again and again, although the second half is far too long for me' : '',
      ['phone', 'car', 'kitchen'][i % 3]!,
      String((i * 7919) % 101),
    ]),
    mapping: {
      user: null,
      item: 'track_id',
      time: 'played_at',
      timeFormat: 'iso',
      categorySeparator: null,
      rating: 'stars',
      title: 'track',
      category: 'style',
      texts: ['remark'],
      features: ['device'],
    },
  };
}

function sampleText(dataset: string, kind: string): string {
  const history = kind === 'text-prompt' ? '\n  "history": { "prompted": 20 },' : '';
  return `{
  // What the model learns to write: the next title ("next-item") or the favourite genre.
  "name": "${kind === 'cross-attention' ? 'gated' : kind}",
  "dataset": "${dataset}",
  "task": "next-item",${history}

  "encoder": { "dModel": 64, "numLayers": 2 },
  "languageModel": { "dModel": 128, "numLayers": 3 },

  // How it learns about the user.
  "integration": { "kind": "${kind}", "gated": true },
  "training": { "steps": 300, "batchSize": 32, "learningRate": 1e-3 },
}
`;
}

function validate(
  text: string,
  datasets: Map<string, DatasetSummary>,
): { problems: Problem[]; plan: Plan | null; sweep: SweepPreview | null } {
  const errors: ParseError[] = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  const at = (offset: number, length: number, path: string, message: string): Problem => {
    const before = text.slice(0, offset).split('\n');
    return {
      message,
      severity: 'error',
      path,
      line: before.length,
      column: before.at(-1)!.length + 1,
      endLine: before.length,
      endColumn: before.at(-1)!.length + 1 + Math.max(1, length),
    };
  };
  if (errors.length > 0)
    return { problems: errors.map((e) => at(e.offset, e.length, '', printParseErrorCode(e.error))), plan: null, sweep: null };
  const tree = parseTree(text)!;
  const place = (path: PropertyKey[], message: string) => {
    const node = findNodeAtLocation(tree, path as (string | number)[]) ?? tree;
    return at(node.offset, node.length > 200 ? 1 : node.length, path.join('.'), message);
  };
  const { sweep: _, ...experiment } = value;
  const parsed = experimentSchema.safeParse(experiment);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => place(issue.path, issue.message)), plan: null, sweep: null };
  if (!datasets.has(parsed.data.dataset))
    return {
      problems: [place(['dataset'], `there is no dataset "${parsed.data.dataset}"; did you mean "${[...datasets.keys()][0]}"?`)],
      plan: null,
      sweep: null,
    };
  const stages = [
    { name: 'pretrain-encoder', steps: 400, examples: 25_600, tokens: 1_280_000, flops: 5.6e12 },
    { name: 'pretrain-language-model', steps: 300, examples: 19_200, tokens: 614_400, flops: 2.2e12 },
    {
      name: 'finetune',
      steps: parsed.data.training.steps,
      examples: parsed.data.training.steps * 32,
      tokens: parsed.data.training.steps * 32 * 18,
      flops: 1.4e12,
    },
    { name: 'evaluate', steps: 610, examples: 610, tokens: 61_000, flops: 1.1e11 },
  ];
  const { users, events } = datasets.get(parsed.data.dataset)!;
  const { minEventsPerUser, sampleUsers } = parsed.data.data;
  const kept = Math.min(sampleUsers ?? users, Math.round(users / minEventsPerUser ** 0.25));
  const data = { users: kept, events: Math.round((events * kept) / users), dataset: { users, events } };
  return { problems: [], plan: { data, stages, parameters: PARAMETERS }, sweep: previewOf(text) };
}
