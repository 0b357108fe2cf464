import { randomBytes, randomUUID } from 'node:crypto';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import type { BackendApi } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import { EventLog } from '../../src-shared/protocol.ts';
import { type RunSummary, type Stage, stageNameSchema } from '../../src-shared/run.ts';
import { experimentFileJsonSchema, SWEEP_KEY } from '../../src-shared/sweep.ts';
import { writeSampleDataset } from '../data/sample/writeSample.ts';
import { openDatasetView } from '../data/views/datasetView.ts';
import { listItems } from '../data/views/itemPages.ts';
import { reportView } from '../data/views/viewReport.ts';
import { FINGERPRINT_KEY, pretrainedModel } from '../experiment/languageModels.ts';
import { requireExperiment } from '../experiment/parse.ts';
import { suggestExperiment } from '../experiment/suggest.ts';
import { readUserHistory } from '../experiment/userHistory.ts';
import { reproduce } from '../reproduction/reproduce.ts';
import { reclaimSpace } from '../store/reclaimSpace.ts';
import type { Workspace } from '../store/workspace.ts';
import { compareConfigurations, compareRuns } from './comparison.ts';
import type { BackendContext } from './context.ts';
import { Doctor } from './doctor.ts';
import { listEncoders } from './encoders.ts';
import { Estimates } from './estimates.ts';
import { planFor, suitedToDataset, validateExperiment } from './experimentChecks.ts';
import { ExperimentFiles } from './experimentFiles.ts';
import { Exports } from './exports.ts';
import { listFolder } from './fileBrowser.ts';
import { TextGeneration } from './generation.ts';
import { Imports } from './imports.ts';
import type { JobLauncher } from './jobLauncher.ts';
import { modelMethods } from './models.ts';
import { PairedTests } from './pairedTests.ts';
import { Preferences, userPreferencesPath } from './preferences.ts';
import { findRightUsers } from './rightUsers.ts';
import { isUnfinished, RunJobs } from './runJobs.ts';
import { planSweep, startMissing, startSweep } from './sweeps.ts';
import { watchWorkspace } from './workspaceWatch.ts';

export interface BackendOptions {
  /** Stays the caller's: closed after the backend. */
  readonly workspace: Workspace;
  readonly launcher: JobLauncher;
  readonly version: string;
  /** Where the person's preferences for all workspaces lie; in the home folder by default. */
  readonly userPreferencesPath?: string;
  /** Gets errors that no caller waits for; printed by default. */
  readonly onProblem?: (error: unknown) => void;
}

export interface Backend {
  readonly api: BackendApi;
  readonly events: EventLog;
  /** Imports and runs that are going on or wait. */
  activeJobs(): { imports: number; runs: number };
  /** Ends every job in order: runs save a checkpoint first. */
  close(): Promise<void>;
}

/** The workbench's backend, the same under every host: the contract on top of one workspace. */
export function createBackend(options: BackendOptions): Backend {
  const events = new EventLog(randomUUID());
  const context = createContext(options, events);
  const jobs = {
    imports: new Imports(context),
    exports: new Exports(context),
    runs: new RunJobs(context),
    text: new TextGeneration(context),
  };
  const estimates = new Estimates(context, () => jobs.imports.activeCount + jobs.runs.activeCount > 0);
  jobs.runs.recover();
  const stopWatching = watchWorkspace(context, jobs.runs);
  const runs = runMethods(context, jobs.runs);
  const api: BackendApi = {
    ...generalMethods(options, context),
    ...datasetMethods(context, jobs),
    ...experimentMethods(context, estimates),
    ...runs,
    ...modelMethods(context, jobs.text),
    'sweeps.plan': async ({ text }) => planSweep(context.workspace, text),
    'sweeps.start': ({ text }) => startSweep(context.workspace, runs, text),
    'reproduction.report': (input) => reproduce(context.workspace, input),
    'reproduction.start': async ({ request, keys }) => {
      const { experiments } = await reproduce(context.workspace, request);
      return startMissing(
        context.workspace,
        runs,
        experiments.filter(({ key }) => keys.includes(key)),
      );
    },
    'encoders.list': () => listEncoders(context.workspace),
    'runs.generate': (input) => jobs.text.call({ method: 'runs.generate', input }, input.generationId),
    'runs.attention': (input) => jobs.text.call({ method: 'runs.attention', input }),
    'runs.occlusion': (input) => jobs.text.call({ method: 'runs.occlusion', input }, input.generationId),
    'runs.export': (input) => jobs.text.call({ method: 'runs.export', input }, input.generationId),
    'runs.write': (input) => jobs.text.call({ method: 'runs.write', input }, input.generationId),
  };
  return {
    api,
    events,
    activeJobs: () => ({ imports: jobs.imports.activeCount, runs: jobs.runs.activeCount }),
    close: async () => {
      stopWatching();
      jobs.text.close();
      estimates.close();
      await Promise.all([jobs.imports.close(), jobs.exports.close(), jobs.runs.close()]);
    },
  };
}

function createContext({ workspace, launcher, version, onProblem = reportProblem }: BackendOptions, events: EventLog): BackendContext {
  const guard = (action: () => void) => {
    try {
      action();
    } catch (error) {
      onProblem(error);
    }
  };
  return { workspace, launcher, version, emit: (event) => events.emit(event), guard };
}

function reportProblem(error: unknown): void {
  process.stderr.write(`backend: ${error instanceof Error ? error.stack : String(error)}\n`);
}

type Methods<Prefix extends string> = Pick<BackendApi, Extract<keyof BackendApi, `${Prefix}.${string}`>>;

function generalMethods(
  options: BackendOptions,
  context: BackendContext,
): Methods<'workspace' | 'doctor' | 'files' | 'settings' | 'preferences'> {
  const { workspace, version } = options;
  const preferences = new Preferences(workspace.settings, options.userPreferencesPath ?? userPreferencesPath());
  const doctor = new Doctor(context);
  return {
    'workspace.info': async () => ({ path: workspace.path, name: basename(workspace.path), version }),
    'doctor.report': ({ again }) => doctor.report(again),
    'files.list': async ({ path }) => listFolder(path),
    'settings.get': async () => workspace.settings.all(),
    'settings.set': async ({ values }) => {
      workspace.settings.set(values);
      return {};
    },
    'preferences.get': async () => preferences.get(),
    'preferences.set': async ({ scope, values }) => {
      preferences.set(scope, values);
      context.emit({ name: 'preferences.changed', payload: {} });
      return {};
    },
  };
}

/** The made-up dataset: its name, and its folder in the workspace. */
const SAMPLE_NAME = 'sample';

function datasetMethods(
  { workspace, emit }: BackendContext,
  { imports, exports }: { imports: Imports; exports: Exports },
): Methods<'datasets'> {
  const { datasets } = workspace;
  return {
    'datasets.list': async () => datasets.list(),
    'datasets.report': async ({ name, view }) => reportView(datasets, name, view),
    'datasets.rejections': async ({ name, offset, limit }) => datasets.rejections(name, offset, limit),
    'datasets.users': async ({ name, ...query }) => datasets.users(name, query),
    'datasets.items': async ({ name, ...query }) => listItems(datasets, name, query),
    'datasets.timeline': async ({ name, userId }) => datasets.timeline(name, userId),
    'datasets.preview': async ({ path, format }) => {
      // Loaded when first asked for: the importers bring a database engine with them.
      const { previewImport } = await import('../data/import.ts');
      return previewImport(path, format);
    },
    'datasets.previewProblems': async (previewed) => (await import('../data/previewProblems.ts')).previewProblems(previewed),
    'datasets.import': async ({ path, name, format, mapping }) => ({ importId: imports.start(path, name, { format, mapping }) }),
    'datasets.importSample': async () => {
      const folder = join(workspace.path, SAMPLE_NAME);
      await writeSampleDataset(folder);
      return { importId: imports.start(folder, SAMPLE_NAME) };
    },
    'datasets.imports': async () => imports.list(),
    'datasets.cancelImport': async ({ importId }) => {
      imports.cancel(importId);
      return {};
    },
    'datasets.rename': async ({ name, newName }) => {
      imports.requireNotImporting(newName);
      datasets.rename(name, newName);
      emit({ name: 'datasets.changed', payload: {} });
      return {};
    },
    'datasets.delete': async ({ name }) => {
      refuseInUse(workspace, name);
      datasets.delete(name);
      emit({ name: 'datasets.changed', payload: {} });
      return { freedBytes: await reclaimSpace(workspace.database) };
    },
    'datasets.export': async ({ name, path, view, overwrite, exportId }) =>
      exports.write(await openDatasetView(datasets, name, view), { path, overwrite }, exportId),
    'datasets.exports': async () => exports.list(),
    'datasets.cancelExport': async ({ exportId }) => {
      exports.cancel(exportId);
      return {};
    },
  };
}

function refuseInUse(workspace: Workspace, name: string): void {
  const user = workspace.runs.list().find((run) => run.datasetName === name && isUnfinished(run.status));
  if (user)
    throw new AppError(
      'dataset-in-use',
      `dataset "${name}" is used by run "${user.name}" (${user.id}), which is ${user.status}; stop it first`,
    );
}

function experimentMethods({ workspace, emit }: BackendContext, estimates: Estimates): Methods<'experiments'> {
  const files = new ExperimentFiles(workspace.path);
  const changed = <T>(value: T): T => {
    emit({ name: 'experiments.changed', payload: {} });
    return value;
  };
  return {
    'experiments.list': async () => files.list(),
    'experiments.read': async ({ path }) => files.read(path),
    'experiments.write': async ({ path, text, base }) => changed(files.write(path, text, base)),
    'experiments.add': async ({ path }) => changed(files.add(path)),
    'experiments.delete': async ({ path }) => {
      files.delete(path);
      return changed({});
    },
    'experiments.create': async ({ dataset, integration }) => {
      const text = suggestExperiment(workspace.datasets.get(dataset), integration);
      return changed(files.create(`${dataset}-${integration}`, text));
    },
    'experiments.validate': async ({ text }) => validateExperiment(workspace, text),
    'experiments.estimate': ({ text }) => estimates.status(text),
    'experiments.measure': ({ text }) => estimates.measure(text),
    'experiments.cancelMeasuring': async ({ key }) => {
      estimates.cancel(key);
      return {};
    },
    'experiments.schema': async () => experimentFileJsonSchema(workspace.models.list().map(({ name }) => name)),
  };
}

function runMethods(
  context: BackendContext,
  jobs: RunJobs,
): Omit<Methods<'runs'>, 'runs.generate' | 'runs.write' | 'runs.export' | 'runs.attention' | 'runs.occlusion'> {
  const { workspace, emit } = context;
  const { runs } = workspace;
  const tests = new PairedTests(runs);
  return {
    'runs.list': async () => runs.list(),
    'runs.get': async ({ runId }) => runs.get(runId),
    'runs.start': async ({ text, sweep }) => {
      const runId = await createRun(context, text, sweep);
      jobs.enqueue(runId);
      return runs.summary(runId);
    },
    'runs.stop': async ({ runId, save }) => {
      if (save) jobs.stop(runId);
      else jobs.drop(runId);
      return {};
    },
    'runs.resume': async ({ runId }) => {
      await jobs.awaitOrphan(runId);
      requireResumable(runs.summary(runId));
      jobs.enqueue(runId);
      return runs.summary(runId);
    },
    'runs.delete': async ({ runId }) => {
      jobs.recover();
      const { status } = runs.summary(runId);
      if (isUnfinished(status)) throw new AppError('input-invalid', `run "${runId}" is ${status}; stop it before deleting it`);
      runs.delete(runId);
      emit({ name: 'run.deleted', payload: { runId } });
      return {};
    },
    'runs.rightUsers': async ({ a, b, metric }) => findRightUsers(runs, a, b, metric),
    'runs.history': async ({ runId, userId }) => readUserHistory(workspace, runId, userId),
    'runs.curves': async ({ runIds, names, maxPoints }) => runs.curves(runIds, names, maxPoints),
    'runs.smoothed': ({ runId, weight, curves }) => Promise.all(curves.map((curve) => runs.smoothed(runId, weight, curve))),
    'runs.log': async ({ runId }) => runs.log(runId),
    'runs.compare': async ({ runIds }) => compareRuns(runIds.map((runId) => runs.get(runId))),
    'runs.configurations': async ({ runIds }) => compareConfigurations(runIds.map((runId) => runs.get(runId))),
    'runs.pairedTests': ({ baselineId, runIds }) => tests.against(baselineId, runIds),
  };
}

/** Stores the run with everything that describes it: resolved configuration, dataset fingerprint, versions, machine. */
async function createRun({ workspace, version }: BackendContext, source: string, sweep: string | undefined): Promise<string> {
  const config = suitedToDataset(workspace, requireExperiment(source), source);
  const { name: datasetName, fingerprint } = (await openDatasetView(workspace.datasets, config.dataset, config.data)).summary;
  const { stages: planned } = await planFor(workspace, config);
  const stages = planned.map(
    ({ name, steps }): Stage => ({
      name: stageNameSchema.parse(name),
      status: 'pending',
      steps,
      stepsDone: 0,
      seconds: 0,
      finalLoss: null,
    }),
  );
  const id = `${Date.now().toString(36)}-${randomBytes(2).toString('hex')}`;
  const model = pretrainedModel(workspace, config);
  const environment = {
    ...describeEnvironment(version),
    ...(model && { [FINGERPRINT_KEY]: model.fingerprint }),
    ...(sweep !== undefined && { [SWEEP_KEY]: sweep }),
  };
  workspace.runs.create({ id, name: config.name, config, source, datasetName, datasetFingerprint: fingerprint, environment, stages });
  return id;
}

function describeEnvironment(version: string): Record<string, string> {
  const processors = cpus();
  return {
    userllm: version,
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
    processor: `${processors.length} x ${processors[0]?.model.trim() ?? 'unknown'}`,
    memoryBytes: String(totalmem()),
  };
}

function requireResumable({ id, name, status }: RunSummary): void {
  if (status === 'stopped' || status === 'interrupted' || status === 'failed') return;
  throw new AppError('run-not-resumable', `run "${name}" (${id}) is ${status}; only a stopped, interrupted or failed run can be resumed`);
}
