import type { ColorScheme } from './colorScheme.ts';
import { runs } from './stores.ts';

/** Eight colours of Okabe and Ito (2008), told apart with every common colour blindness; lightness suits either theme. */
const PALETTES = {
  dark: ['#56b4e9', '#e69f00', '#2bb587', '#f0e442', '#cc79a7', '#ff7f50', '#8fa8ff', '#b8b8b8'],
  light: ['#0072b2', '#b35900', '#00795a', '#8a7a00', '#a8437f', '#c0392b', '#4b5fd1', '#5f6368'],
} as const;
const DASHES = ['solid', 'dash', 'dot', 'dashdot'] as const;
export type Dash = (typeof DASHES)[number];

const order = new Map<string, number>();

/** A run's place in the order of first sight, oldest first: its colour everywhere, for as long as the page lives. */
function placeOf(runId: string): number {
  if (!order.has(runId)) {
    for (const run of runs.use.getState().value.toReversed()) if (!order.has(run.id)) order.set(run.id, order.size);
    if (!order.has(runId)) order.set(runId, order.size);
  }
  return order.get(runId)!;
}

export function seriesColor(index: number, scheme: ColorScheme): string {
  const palette = PALETTES[scheme];
  return palette[index % palette.length]!;
}

/** One colour per run everywhere; past eight runs the dash tells them apart. */
export function runStyle(runId: string, scheme: ColorScheme): { color: string; dash: Dash } {
  const place = placeOf(runId);
  return { color: seriesColor(place, scheme), dash: DASHES[Math.floor(place / PALETTES[scheme].length) % DASHES.length]! };
}
