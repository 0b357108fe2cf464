import { execFile, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type DatasetSummary, datasetSummarySchema, type ImportProgress } from '../../src-shared/dataset.ts';
import { historyBatch } from '../data/batches.ts';
import { openWorkspace } from '../store/workspace.ts';
import { writeRatingsFolder } from './ratingsFile.ts';

const HISTORY_LENGTH = 50;
const BATCH_SIZE = 512;
const READING_SECONDS = 10;

export interface ImportBenchmark {
  rows: number;
  fileBytes: number;
  import: { seconds: number; peakMemoryBytes: number; workspaceBytes: number; users: number; events: number };
  /** From the kill, as the workbench cancels, to the end of the process and of what it had written. */
  cancelSeconds: number;
  batches: { examplesPerSecond: number; firstSecondExamples: number; memoryBytes: number; memoryGrowthBytes: number };
  /** The same read, sort and group, in the libraries that python3 has. */
  frames: { library: string; version: string; seconds: number; peakMemoryBytes: number }[];
}

/** Generates a file of `rows` ratings, imports it, cancels a second import, reads batches, and times pandas and polars beside it. */
export async function benchImport(options: {
  rows: number;
  python?: string;
  onProgress?: (text: string) => void;
}): Promise<ImportBenchmark> {
  const { rows, python = 'python3', onProgress: report = () => {} } = options;
  const folder = mkdtempSync(join(tmpdir(), 'userllm-bench-import-'));
  try {
    report(`writing ${rows} ratings`);
    await writeRatingsFolder(folder, rows);
    const ratings = join(folder, 'ratings.csv');
    const fileBytes = statSync(ratings).size;
    const workspacePath = join(folder, 'workspace');
    report('importing');
    const imported = await measureImport(workspacePath, folder);
    report('cancelling a second import');
    const cancelSeconds = await measureCancelling(workspacePath, folder);
    report('reading batches');
    const batches = measureBatches(workspacePath);
    const frames = [];
    for (const library of ['pandas', 'polars']) {
      report(library);
      const measured = await measureFrames(python, library, ratings);
      if (measured) frames.push(measured);
    }
    return { rows, fileBytes, import: imported, cancelSeconds, batches, frames };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startImport(workspacePath: string, path: string, name: string, onMessage: (message: unknown) => void) {
  const job = fork(fileURLToPath(new URL('../data/importJob.ts', import.meta.url)), {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  job.on('message', onMessage);
  job.send({ workspacePath, path, name, importId: name });
  return job;
}

/** The time is that of the whole process, from its start to its end. */
async function measureImport(workspacePath: string, path: string): Promise<ImportBenchmark['import']> {
  let summary: DatasetSummary | null = null;
  const startedAt = performance.now();
  const job = startImport(workspacePath, path, 'ratings', (message) => {
    const parsed = datasetSummarySchema.safeParse((message as { summary?: unknown }).summary);
    if (parsed.success) summary = parsed.data;
  });
  await once(job, 'exit');
  const seconds = (performance.now() - startedAt) / 1000;
  if (summary === null) throw new Error('bench import: the import failed');
  const { users, events, peakMemoryBytes } = summary as DatasetSummary;
  openWorkspace(workspacePath).close();
  return { seconds, peakMemoryBytes, workspaceBytes: statSync(join(workspacePath, 'workspace.db')).size, users, events };
}

async function measureCancelling(workspacePath: string, path: string): Promise<number> {
  let killedAt = 0;
  const job = startImport(workspacePath, path, 'cancelled', (message) => {
    const { phase, rows } = message as Partial<ImportProgress>;
    if (killedAt > 0 || phase !== 'reading' || !rows) return;
    killedAt = performance.now();
    job.kill('SIGKILL');
  });
  await once(job, 'exit');
  const workspace = openWorkspace(workspacePath);
  const seconds = (performance.now() - killedAt) / 1000;
  const names = workspace.datasets.list().map((dataset) => dataset.name);
  workspace.close();
  if (names.join() !== 'ratings') throw new Error(`bench import: expected nothing of a cancelled import, got ${names.join()}`);
  return seconds;
}

/** Batches of examples drawn at random over all users, the worst order for a reader. */
function measureBatches(workspacePath: string): ImportBenchmark['batches'] {
  const workspace = openWorkspace(workspacePath);
  try {
    const reader = workspace.datasets.open('ratings');
    const counts = reader.eventCounts();
    let state = 1;
    const below = (limit: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const draw = () => {
      const userId = below(counts.length);
      return { userId, labelIndex: 1 + below(counts[userId]! - 1) };
    };
    const [startedAt, startMemory] = [performance.now(), process.memoryUsage.rss()];
    let [examples, firstSecondExamples, halfMemory] = [0, 0, 0];
    for (let seconds = 0; seconds < READING_SECONDS; seconds = (performance.now() - startedAt) / 1000) {
      historyBatch(reader, Array.from({ length: BATCH_SIZE }, draw), ['title', 'genre', 'rating'], HISTORY_LENGTH);
      examples += BATCH_SIZE;
      if (seconds < 1) firstSecondExamples = examples;
      if (seconds > READING_SECONDS / 2 && halfMemory === 0) halfMemory = process.memoryUsage.rss();
    }
    const memory = process.memoryUsage.rss();
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      examplesPerSecond: examples / seconds,
      firstSecondExamples,
      memoryBytes: memory - startMemory,
      memoryGrowthBytes: memory - halfMemory,
    };
  } finally {
    workspace.close();
  }
}

async function measureFrames(python: string, library: string, path: string): Promise<ImportBenchmark['frames'][number] | null> {
  const script = fileURLToPath(new URL('./frames_import.py', import.meta.url));
  try {
    const startedAt = performance.now();
    const { stdout } = await promisify(execFile)(python, [script, library, path]);
    const { version, peakMemoryBytes } = JSON.parse(stdout) as { version: string; peakMemoryBytes: number };
    return { library, version, seconds: (performance.now() - startedAt) / 1000, peakMemoryBytes };
  } catch {
    // python3 or the library is not there: nothing to compare with.
    return null;
  }
}
