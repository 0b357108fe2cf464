import type { DoctorReport, MethodOutput } from '../../src-shared/contract.ts';
import type { DatasetSummary, ExportProgress, ImportProgress } from '../../src-shared/dataset.ts';
import type { EncoderSummary, ModelSummary } from '../../src-shared/model.ts';
import type { RunSummary } from '../../src-shared/run.ts';
import { call, onBackendEvent } from './backend.ts';
import { createListStore, keepFresh } from './listStore.ts';

export type ExperimentFile = MethodOutput<'experiments.list'>[number];
export type WorkspaceInfo = MethodOutput<'workspace.info'>;

export const datasets = createListStore<DatasetSummary[]>([], () => call('datasets.list', {}));
/** Pretrained language models. */
export const models = createListStore<ModelSummary[]>([], () => call('models.list', {}));
/** User encoders that runs have trained. */
export const encoders = createListStore<EncoderSummary[]>([], () => call('encoders.list', {}));
export const experiments = createListStore<ExperimentFile[]>([], () => call('experiments.list', {}));
export const imports = createListStore<ImportProgress[]>([], () => call('datasets.imports', {}));
/** Exports under way. */
export const exports = createListStore<ExportProgress[]>([], () => call('datasets.exports', {}));
export const workspace = createListStore<WorkspaceInfo | null>(null, () => call('workspace.info', {}));
export const doctor = createListStore<DoctorReport | null>(null, () => call('doctor.report', {}));

const newestFirst = (a: RunSummary, b: RunSummary) => b.createdAtMs - a.createdAtMs || b.id.localeCompare(a.id);

/** All runs, newest first. */
export const runs = createListStore<RunSummary[]>([], async () => (await call('runs.list', {})).toSorted(newestFirst));

function upsertRun(run: RunSummary): void {
  runs.update((list) => {
    const at = list.findIndex((other) => other.id === run.id);
    return at < 0 ? [run, ...list].toSorted(newestFirst) : list.with(at, run);
  });
}

function upsertImport(progress: ImportProgress): void {
  imports.update((list) => {
    const at = list.findIndex((other) => other.importId === progress.importId);
    return at < 0 ? [...list, progress] : list.with(at, progress);
  });
}

function upsertExport(progress: ExportProgress): void {
  const isOther = (other: ExportProgress) => other.exportId !== progress.exportId;
  const isActive = progress.phase === 'writing' || progress.phase === 'packing';
  exports.update((list) => [...list.filter(isOther), ...(isActive ? [progress] : [])]);
}

/** Reads everything the side bar and status bar show and follows the backend's events; resolves when the lists are there. */
export function startStores(): Promise<void> {
  onBackendEvent('datasets.changed', () => void datasets.refresh());
  onBackendEvent('models.changed', () => void models.refresh());
  onBackendEvent('experiments.changed', () => void experiments.refresh());
  onBackendEvent('run.changed', (run) => {
    upsertRun(run);
    if (run.status === 'completed') void encoders.refresh();
  });
  onBackendEvent('run.deleted', ({ runId }) => {
    runs.update((list) => list.filter((run) => run.id !== runId));
    encoders.update((list) => list.filter((encoder) => encoder.runId !== runId));
  });
  onBackendEvent('import.progress', upsertImport);
  onBackendEvent('export.progress', upsertExport);
  // The doctor starts a process for every engine.
  return keepFresh({ first: [workspace, datasets, experiments, runs, imports, exports, models], later: [encoders, doctor] });
}

export function runById(runId: string): RunSummary | undefined {
  return runs.use.getState().value.find((run) => run.id === runId);
}

export function useRun(runId: string): RunSummary | undefined {
  return runs.use((state) => state.value.find((run) => run.id === runId));
}

export const isRunActive = (run: Pick<RunSummary, 'status'>) => run.status === 'running' || run.status === 'queued';
export const isRunResumable = (run: Pick<RunSummary, 'status'>) => run.status === 'stopped' || run.status === 'interrupted';
export const isImportActive = (progress: ImportProgress) => !['done', 'failed', 'cancelled'].includes(progress.phase);
