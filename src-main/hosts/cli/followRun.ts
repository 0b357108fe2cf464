import type { MetricPoint, RunDetail, RunSummary, Stage } from '../../../src-shared/run.ts';
import { interruptible } from './interrupts.ts';
import { formatSeconds } from './numbers.ts';
import type { Progress } from './progress.ts';
import type { Session } from './session.ts';

const ACTIVE: ReadonlySet<string> = new Set(['queued', 'running']);

/** Stages as progress names them. */
export const STAGE_TITLES: Record<Stage['name'], string> = {
  'pretrain-encoder': 'Pretraining the user encoder',
  'pretrain-language-model': 'Pretraining the language model',
  finetune: 'Fine-tuning',
  evaluate: 'Evaluating',
};

/**
 * Shows a run's progress until it ends. Ctrl+C asks it to save a checkpoint and end.
 * @param start starts or resumes the run
 */
export async function followRun(
  { client }: Session,
  progress: Progress,
  start: () => Promise<RunSummary>,
): Promise<{ run: RunDetail; interrupted: boolean }> {
  const ended = Promise.withResolvers<void>();
  const view = new RunView(progress);
  let runId = '';
  const unsubscribe = client.onEvent((event) => {
    if (event.name === 'run.changed' && event.payload.id === runId) {
      view.show(event.payload);
      if (!ACTIVE.has(event.payload.status)) ended.resolve();
    } else if (event.name === 'run.metrics' && event.payload.runId === runId) view.addPoints(event.payload.points);
    else if (event.name === 'run.log' && event.payload.runId === runId) view.log(event.payload.level, event.payload.text);
  });
  try {
    const run = await start();
    runId = run.id;
    view.begin(run);
    const stop = () => {
      progress.note('Stopping: the run saves a checkpoint first. Press Ctrl+C once more to leave at once.');
      client.call('runs.stop', { runId }).catch((error: Error) => progress.note(error.message));
    };
    const { interrupted } = await interruptible(stop, () => ended.promise);
    return { run: await client.call('runs.get', { runId }), interrupted };
  } finally {
    unsubscribe();
    progress.end();
  }
}

/** Turns a run's events into progress lines. */
class RunView {
  private readonly progress: Progress;
  private readonly finished = new Set<string>();
  private loss: number | null = null;
  private shown: { stage: Stage['name']; sinceMs: number; fromStep: number } | null = null;

  constructor(progress: Progress) {
    this.progress = progress;
  }

  begin(run: RunSummary): void {
    this.progress.note(`Run ${run.id} "${run.name}" on dataset "${run.datasetName}"`);
    for (const stage of run.stages) if (isOver(stage)) this.finished.add(stage.name);
  }

  addPoints(points: readonly MetricPoint[]): void {
    this.loss = points.findLast((point) => point.name === 'loss')?.value ?? this.loss;
  }

  log(level: string, text: string): void {
    if (level !== 'info') this.progress.note(`${level}: ${text}`);
  }

  show(run: RunSummary): void {
    for (const stage of run.stages) if (isOver(stage) && !this.finished.has(stage.name)) this.finish(stage);
    const current = run.stages.find((stage) => stage.status === 'running');
    if (current) this.update(current);
  }

  private finish(stage: Stage): void {
    this.finished.add(stage.name);
    this.loss = null;
    const loss = stage.finalLoss === null ? '' : `, loss ${stage.finalLoss.toFixed(4)}`;
    const how = stage.status === 'reused' ? 'taken from an earlier run with the same settings' : `${formatSeconds(stage.seconds)}${loss}`;
    this.progress.note(`${STAGE_TITLES[stage.name]}: ${how}`);
  }

  private update(stage: Stage): void {
    if (this.shown?.stage !== stage.name) this.shown = { stage: stage.name, sinceMs: Date.now(), fromStep: stage.stepsDone };
    const fraction = stage.steps > 0 ? stage.stepsDone / stage.steps : null;
    const details = [`${stage.stepsDone}/${stage.steps}`];
    if (this.loss !== null) details.push(`loss ${this.loss.toFixed(3)}`);
    const remaining = this.remainingSeconds(stage);
    if (remaining !== null) details.push(`${formatSeconds(remaining)} left`);
    this.progress.update(STAGE_TITLES[stage.name], fraction, details.join('  '));
  }

  /** From the speed since this program began to watch: a resumed run's earlier hours do not count. */
  private remainingSeconds({ steps, stepsDone }: Stage): number | null {
    const { sinceMs, fromStep } = this.shown!;
    if (stepsDone <= fromStep) return null;
    return ((Date.now() - sinceMs) / 1000 / (stepsDone - fromStep)) * (steps - stepsDone);
  }
}

function isOver(stage: Stage): boolean {
  return stage.status === 'done' || stage.status === 'reused';
}
