import type { RunStatus } from '../../src-shared/run.ts';
import type { BackendContext } from './context.ts';
import { ExperimentFiles } from './experimentFiles.ts';
import { isUnfinished, type RunJobs } from './runJobs.ts';

const INTERVAL_MS = 1000;
/** Datasets and lost runs are looked at every so many intervals. */
const RARELY = 5;

/**
 * Other programs work on the same workspace (`userllm run` or a text editor beside an open workbench): tells clients what they changed, and marks
 * runs whose program died. Returns the function that ends it.
 */
export function watchWorkspace(context: BackendContext, jobs: RunJobs): () => void {
  const watch = new WorkspaceWatch(context, jobs);
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
    context.guard(() => watch.look(ticks % RARELY === 0));
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

export class WorkspaceWatch {
  private readonly context: BackendContext;
  private readonly jobs: RunJobs;
  private version: number;
  private statuses: Map<string, RunStatus>;
  private datasets: string;
  private readonly files: ExperimentFiles;
  private experiments: string;

  constructor(context: BackendContext, jobs: RunJobs) {
    this.context = context;
    this.jobs = jobs;
    this.files = new ExperimentFiles(context.workspace.path);
    this.experiments = this.readExperiments();
    this.version = this.readVersion();
    this.statuses = this.readStatuses();
    this.datasets = this.readDatasets();
  }

  /** @param thoroughly also at datasets, and at runs whose process may be gone without having written anything */
  look(thoroughly: boolean): void {
    if (thoroughly) this.jobs.recover();
    const version = this.readVersion();
    if (version !== this.version) this.compareRuns();
    if (thoroughly) this.compareDatasets();
    this.compareExperiments();
    this.version = version;
  }

  /** Experiment files are edited elsewhere, too. */
  private compareExperiments(): void {
    const experiments = this.readExperiments();
    if (experiments !== this.experiments) this.context.emit({ name: 'experiments.changed', payload: {} });
    this.experiments = experiments;
  }

  private compareRuns(): void {
    const statuses = this.readStatuses();
    for (const [id, status] of statuses) {
      const isNews = status !== this.statuses.get(id) || isUnfinished(status);
      if (isNews && !this.jobs.isActive(id)) this.context.emit({ name: 'run.changed', payload: this.context.workspace.runs.summary(id) });
    }
    for (const id of this.statuses.keys()) if (!statuses.has(id)) this.context.emit({ name: 'run.deleted', payload: { runId: id } });
    this.statuses = statuses;
  }

  private compareDatasets(): void {
    const datasets = this.readDatasets();
    if (datasets !== this.datasets) this.context.emit({ name: 'datasets.changed', payload: {} });
    this.datasets = datasets;
  }

  /** Changes when another connection has written to the file. */
  private readVersion(): number {
    return this.context.workspace.database.pragma('data_version', { simple: true }) as number;
  }

  /** Only what is compared: there may be thousands of runs. */
  private readStatuses(): Map<string, RunStatus> {
    const rows = this.context.workspace.database.prepare<[], { id: string; status: RunStatus }>('SELECT id, status FROM runs').all();
    return new Map(rows.map(({ id, status }) => [id, status]));
  }

  private readExperiments(): string {
    return this.files
      .list()
      .map(({ path, modifiedAtMs }) => `${path} ${modifiedAtMs}`)
      .join('\n');
  }

  private readDatasets(): string {
    return this.context.workspace.datasets
      .list()
      .map(({ name, fingerprint }) => `${name} ${fingerprint}`)
      .join('\n');
  }
}
