import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '../../../src-shared/errors.ts';
import type { RunDetail } from '../../../src-shared/run.ts';
import { writeSampleDataset } from '../../data/sample/writeSample.ts';
import { demoDifferences, demoTable } from './demoTable.ts';
import { followRun } from './followRun.ts';
import { importOnce } from './importOnce.ts';
import { formatCount, formatSeconds } from './numbers.ts';
import { EXIT, type ExitCode, printError } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { type Session, withSession } from './session.ts';

/** What is compared: the language model alone, the history as text, and the personalised model. */
const INTEGRATIONS = ['none', 'text-prompt', 'cross-attention'] as const;
type Integration = (typeof INTEGRATIONS)[number];

/**
 * Program entry of `npm run demo`: the main job from a dataset file to a table of results.
 * Arguments: `--workspace <folder>` (required), `--data <folder>` (default: a made-up sample that is written first).
 */
async function demo(): Promise<ExitCode> {
  const values = readArguments();
  const workspace = resolve(values.workspace ?? 'demo-workspace');
  const startedAtMs = Date.now();
  const progress = createProgress();
  return withSession({ workspace }, async (session) => {
    const folder = values.data === undefined ? await writeSample(workspace, progress) : resolve(values.data);
    const name = values.data === undefined ? 'sample' : (await session.client.call('datasets.preview', { path: folder })).suggestedName;
    const dataset = await importOnce(session, folder, name, progress);
    const { users, items, events } = dataset;
    progress.note(`Dataset "${dataset.name}": ${formatCount(events)} events of ${formatCount(users)} users on ${formatCount(items)} items`);
    const runs: RunDetail[] = [];
    for (const integration of INTEGRATIONS) {
      const { run, interrupted } = await runOne(session, dataset.name, integration, progress);
      if (interrupted) return EXIT.interrupted;
      if (run.status !== 'completed') throw new AppError('job-failed', `demo: run "${run.name}" ended as ${run.status}: ${run.reason}`);
      runs.push(run);
    }
    const [baseline, , personalised] = runs;
    const tests = await session.client.call('runs.pairedTests', { baselineId: baseline!.id, runIds: [personalised!.id] });
    process.stdout.write(
      `\n${demoTable(runs)}\n${demoDifferences(tests)}\nAll of it took ${formatSeconds((Date.now() - startedAtMs) / 1000)}.\n`,
    );
    return EXIT.done;
  });
}

function readArguments(): { workspace?: string; data?: string } {
  try {
    return parseArgs({ options: { workspace: { type: 'string' }, data: { type: 'string' } } }).values;
  } catch (error) {
    const got = (error as Error).message;
    throw new AppError('input-invalid', `demo: expected --data <folder of a dataset>, --no-open or nothing, got: ${got}`, undefined, {
      cause: error,
    });
  }
}

async function writeSample(workspace: string, progress: Progress): Promise<string> {
  const folder = join(workspace, 'sample');
  if (!existsSync(join(folder, 'README.txt'))) {
    progress.note(`Writing a made-up sample dataset to ${folder}`);
    await writeSampleDataset(folder);
  }
  return folder;
}

/** The experiment's file stays in the workspace, so that it can be changed and run again there. */
async function runOne(session: Session, dataset: string, integration: Integration, progress: Progress) {
  const text = await experimentText(session, dataset, integration);
  return followRun(session, progress, () => session.client.call('runs.start', { text }));
}

/** An earlier demonstration's file is used as it stands. */
async function experimentText({ client }: Session, dataset: string, integration: Integration): Promise<string> {
  const files = await client.call('experiments.list', {});
  const name = `${dataset}-${integration}`;
  const file = files.find((candidate) => candidate.name === name) ?? (await client.call('experiments.create', { dataset, integration }));
  return (await client.call('experiments.read', { path: file.path })).text;
}

try {
  process.exitCode = await demo();
} catch (error) {
  process.exitCode = await printError(error, false);
}
