import type { RunDetail } from '../../../src-shared/run.ts';
import type { SweepPlan } from '../../../src-shared/sweep.ts';
import { runDocument } from './documents.ts';
import { followRun, STAGE_TITLES } from './followRun.ts';
import { formatSeconds } from './numbers.ts';
import { EXIT, type ExitCode, type Outcome } from './output.ts';
import type { Progress } from './progress.ts';
import { comparisonText } from './runTexts.ts';
import type { Session } from './session.ts';

/** Runs a sweep one run after the other: what is done is left as it is, what was stopped is gone on with. */
export async function runSweep(session: Session, text: string, progress: Progress): Promise<Outcome> {
  const plan = await session.client.call('sweeps.plan', { text });
  for (const line of planLines(plan)) progress.note(line);
  const done: RunDetail[] = [];
  const startedAt = performance.now();
  let exitCode: ExitCode = EXIT.done;
  for (const [at, planned] of plan.runs.entries()) {
    if (planned.run?.status === 'completed') {
      done.push(await session.client.call('runs.get', { runId: planned.run.id }));
      continue;
    }
    if (planned.run?.status === 'running' || planned.run?.status === 'queued') {
      progress.note(`Run ${planned.run.id} (${planned.label}) is ${planned.run.status} in another program; left to it.`);
      continue;
    }
    progress.note(
      `Run ${at + 1} of ${plan.runs.length}, ${formatSeconds((performance.now() - startedAt) / 1000)} so far: ${planned.label}`,
    );
    const { run, interrupted } = await followRun(session, progress, () => startOne(session, plan.name, planned));
    done.push(run);
    if (interrupted || run.status === 'stopped') {
      progress.note('To go on with the sweep, start it again.');
      return sweepOutcome(session, done, EXIT.interrupted);
    }
    if (run.status === 'completed') continue;
    progress.note(`Run ${run.id} is ${run.status}${run.reason ? ` (${run.reason})` : ''}. The others go on.`);
    exitCode = EXIT.failed;
  }
  return sweepOutcome(session, done, exitCode);
}

function startOne({ client }: Session, sweep: string, { run, text }: SweepPlan['runs'][number]) {
  const goesOn = run?.status === 'stopped' || run?.status === 'interrupted';
  return goesOn ? client.call('runs.resume', { runId: run.id }) : client.call('runs.start', { text, sweep });
}

async function sweepOutcome({ client }: Session, runs: readonly RunDetail[], exitCode: ExitCode): Promise<Outcome> {
  const comparison = await client.call('runs.compare', { runIds: runs.map(({ id }) => id) });
  return { document: { runs: runs.map(runDocument) }, text: comparisonText(comparison), exitCode };
}

/** What will be run, in which the runs differ, and what they share. */
export function planLines({ name, runs, varied, pretraining }: SweepPlan): string[] {
  const done = runs.filter(({ run }) => run?.status === 'completed').length;
  return [
    `Sweep "${name}": ${runs.length} runs${done > 0 ? `, ${done} of them done before` : ''}`,
    ...varied.map(({ path, values }) => `  ${path}: ${values.join(', ')}`),
    ...pretraining.map(({ stage, runs: needing, trainings }) => `  ${STAGE_TITLES[stage]}: ${trainings} for ${needing} runs`),
  ];
}
