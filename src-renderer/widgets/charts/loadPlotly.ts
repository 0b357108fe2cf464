export type Plotly = typeof import('plotly.js');

let loading: Promise<Plotly> | null = null;

/** Plotly, fetched once: a large part of the page's code, which the start does without. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import('./plotly.ts').then((module) => module.default);
  return loading;
}
