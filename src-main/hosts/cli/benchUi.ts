import type { UiBenchmark } from '../../bench/ui.ts';
import { formatCount } from './numbers.ts';
import type { Outcome } from './output.ts';
import { createProgress } from './progress.ts';
import { formatTable } from './table.ts';

/** The targets are set for these sizes. */
export const UI_RUNS = 10_000;
const POINTS = 1_000_000;
const ROUNDS = 3;

export async function uiOutcome(runs: number): Promise<Outcome> {
  const progress = createProgress();
  // Loaded only when asked for: it brings a browser's driver.
  const { benchUi } = await import('../../bench/ui.ts');
  const measured = await benchUi({ runs, points: POINTS, rounds: ROUNDS, onProgress: (text) => progress.note(text) });
  return { document: measured, text: uiText(measured) };
}

/** Every figure beside its target. */
export function uiText({ runs, points, shellMs, interactiveMs, firstRunMs, nextRunMs, scroll, latency }: UiBenchmark): string {
  const ms = (value: number) => `${formatCount(value)} ms`;
  const lines = [
    ['shell visible', ms(shellMs), '1,000 ms'],
    ['interactive: list of runs by keyboard', ms(interactiveMs), '2,000 ms'],
    ['a run opened, the first of the session', ms(firstRunMs), '300 ms'],
    ['another run opened', ms(nextRunMs), '300 ms'],
    ['scrolling the runs', `${scroll.dropped} of ${scroll.frames} frames dropped, the longest took ${ms(scroll.longestMs)}`, '0 dropped'],
    ['a key while a run trains on every core', `${ms(latency.medianMs)}, at most ${ms(latency.worstMs)}`, '100 ms'],
  ];
  const head = `${formatCount(runs)} runs in the workspace, ${formatCount(points)} points in each run that is opened\n`;
  return `${head}${formatTable([{ title: 'What' }, { title: 'Measured' }, { title: 'Target' }], lines)}`;
}
