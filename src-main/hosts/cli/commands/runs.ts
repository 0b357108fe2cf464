import { basename, resolve } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import type { RunDetail } from '../../../../src-shared/run.ts';
import { requireRuns } from '../../../experiment/parse.ts';
import { addCommand } from '../command.ts';
import { runDocument } from '../documents.ts';
import { readExperimentFile } from '../experimentFile.ts';
import { findRun } from '../findRun.ts';
import { followRun } from '../followRun.ts';
import { EXIT, type ExitCode, type Outcome } from '../output.ts';
import { createProgress } from '../progress.ts';
import { runSweep } from '../runSweep.ts';
import { comparisonText, pairedTestsText, runsText, runText } from '../runTexts.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';

export function registerRunCommands(program: Command): void {
  addCommand<CommonOptions & { resume?: string }>(
    program,
    'run [experiment]',
    'execute an experiment file (all runs of one with a sweep), or go on with a run',
    ([file], options) => withSession(options, (session) => executeRun(session, file, options.resume)),
  ).option('--resume <run>', 'go on with a stopped, interrupted or failed run');

  addCommand(program, 'runs', 'list the runs of the workspace, newest first', async (_args, options) =>
    withSession(options, async ({ client }) => {
      const listed = await client.call('runs.list', {});
      const runs = await Promise.all(listed.map(({ id }) => client.call('runs.get', { runId: id })));
      return { document: { runs: runs.map(runDocument) }, text: runsText(runs) };
    }),
  );

  addCommand(program, 'show <run>', 'show one run: an id, the start of one, a name, or "latest"', async ([reference], options) =>
    withSession(options, async (session) => {
      const { id } = await findRun(session, reference!);
      return runOutcome(await session.client.call('runs.get', { runId: id }), EXIT.done);
    }),
  );

  addCommand<CommonOptions & { adapters?: true }>(
    program,
    'export <run> <folder>',
    "write a completed run's language model as a Hugging Face folder",
    async ([reference, folder], options) =>
      withSession(options, async (session) => {
        const { id } = await findRun(session, reference!);
        const what = options.adapters ? 'adapters' : 'model';
        const { path } = await session.client.call('runs.export', { runId: id, path: resolve(folder!), what });
        const use = options.adapters ? `peft.PeftModel.from_pretrained(model, "${path}")` : `userllm models add ${path}`;
        return { document: { runId: id, path, what }, text: `Exported to ${path}. To use it: ${use}\n` };
      }),
  ).option('--adapters', "only the LoRA adapters of a run with strategy lora, in PEFT's layout");

  addCommand<CommonOptions & { baseline?: string }>(
    program,
    'compare <run...>',
    'show runs side by side: what differs, their metrics, and paired tests against a baseline',
    (references, options) => withSession(options, (session) => compareRuns(session, references, options.baseline)),
  ).option('--baseline <run>', 'test the others against this run (default: the first)');
}

async function compareRuns(session: Session, references: readonly string[], baseline = references[0]!): Promise<Outcome> {
  const runIds = (await Promise.all(references.map((reference) => findRun(session, reference)))).map(({ id }) => id);
  const { id: baselineId, name } = await findRun(session, baseline);
  const comparison = await session.client.call('runs.compare', { runIds });
  const pairedTests = await session.client.call('runs.pairedTests', { baselineId, runIds });
  const text = comparisonText(comparison) + pairedTestsText(pairedTests, comparison, name);
  return { document: { ...comparison, baselineId, pairedTests }, text };
}

async function executeRun(session: Session, file: string | undefined, resume: string | undefined): Promise<Outcome> {
  if ((file === undefined) === (resume === undefined)) {
    throw new AppError('usage', 'run: expected an experiment file or --resume <run>, and not both');
  }
  const progress = createProgress();
  const text = file === undefined ? null : readExperimentFile('run', file);
  if (text !== null && isSweep(text, file!)) return runSweep(session, text, progress);
  const start = text === null ? await prepareResume(session, resume!) : () => session.client.call('runs.start', { text });
  const { run, interrupted } = await followRun(session, progress, start);
  if (run.status !== 'completed')
    progress.note(`Run ${run.id} is ${run.status}${run.reason ? ` (${run.reason})` : ''}. ${resumeAdvice(run)}`);
  return runOutcome(run, exitCodeOf(run, interrupted));
}

/** Checked here first, so that a problem is reported with the file's name. */
function isSweep(text: string, file: string): boolean {
  const [first] = requireRuns(text, basename(file)).runs;
  return first!.values.size > 0;
}

async function prepareResume(session: Session, reference: string) {
  const { id } = await findRun(session, reference);
  return () => session.client.call('runs.resume', { runId: id });
}

function runOutcome(run: RunDetail, exitCode: ExitCode): Outcome {
  return { document: { runs: [runDocument(run)] }, text: runText(run), exitCode };
}

function exitCodeOf({ status }: RunDetail, interrupted: boolean): ExitCode {
  if (status === 'completed') return EXIT.done;
  return interrupted || status === 'stopped' ? EXIT.interrupted : EXIT.failed;
}

function resumeAdvice({ id, status }: RunDetail): string {
  return status === 'failed' ? `When what is wrong is mended: userllm run --resume ${id}` : `To go on: userllm run --resume ${id}`;
}
