import { basename } from 'node:path';
import type { Command } from 'commander';
import { AppError } from '../../../../src-shared/errors.ts';
import type { Estimate } from '../../../../src-shared/estimate.ts';
import { requireRuns } from '../../../experiment/parse.ts';
import { addCommand } from '../command.ts';
import { readExperimentFile } from '../experimentFile.ts';
import { interruptible } from '../interrupts.ts';
import { EXIT, type Outcome } from '../output.ts';
import { planText } from '../planTexts.ts';
import { createProgress } from '../progress.ts';
import { type CommonOptions, type Session, withSession } from '../session.ts';

interface PlanOptions extends CommonOptions {
  measure: boolean;
}

export function registerPlanCommand(program: Command): void {
  addCommand<PlanOptions>(
    program,
    'plan <experiment>',
    'show what an experiment file would do, and the time and memory that it would take here',
    ([file], options) => withSession(options, (session) => planFile(session, file!, options.measure)),
  ).option('--no-measure', 'time and memory only where they have been measured before');
}

async function planFile(session: Session, file: string, measure: boolean): Promise<Outcome> {
  const text = readExperimentFile('plan', file);
  requireRuns(text, basename(file));
  const { client } = session;
  const { plan, sweep, problems } = await client.call('experiments.validate', { text });
  if (!plan) throw new AppError('experiment-invalid', problems[0]!.message);
  const { value, interrupted } = measure
    ? await measured(session, text)
    : { value: (await client.call('experiments.estimate', { text })).estimate, interrupted: false };
  const document = { ...plan, sweep: sweep?.runs.map(({ name }) => name) ?? null, estimate: value };
  return { document, text: planText(plan, value, sweep), exitCode: interrupted ? EXIT.interrupted : EXIT.done };
}

/** Ctrl+C ends the measurement; the plan is shown without it. */
async function measured({ client }: Session, text: string): Promise<{ value: Estimate | null; interrupted: boolean }> {
  const known = await client.call('experiments.estimate', { text });
  if (known.estimate) return { value: known.estimate, interrupted: false };
  const progress = createProgress();
  const key = known.key!;
  const stopListening = client.onEvent((event) => {
    if (event.name !== 'estimate.progress' || event.payload.stage === null) return;
    progress.update(`Measuring some steps of ${event.payload.stage}`, null, '');
  });
  try {
    const measure = async () => {
      try {
        return (await client.call('experiments.measure', { text })).estimate;
      } catch (error) {
        if (error instanceof AppError && error.code === 'cancelled') return null;
        throw error;
      }
    };
    return await interruptible(() => void client.call('experiments.cancelMeasuring', { key }), measure);
  } finally {
    stopListening();
    progress.end();
  }
}
