import type { Data, Layout } from 'plotly.js';
import { useMemo, useState } from 'react';
import { IconButton } from '../controls.tsx';
import { formatNumber } from '../format.ts';
import { Chart } from './Chart.tsx';
import type { TableOfNumbers } from './exportTables.ts';
import { clippedRange, countHidden } from './scales.ts';
import { smooth } from './smoothing.ts';

export interface Series {
  id: string;
  name: string;
  color: string;
  dash?: 'solid' | 'dash' | 'dot' | 'dashdot';
  x: readonly number[];
  y: readonly number[];
  /** Points are marked where there are few of them. */
  markers?: boolean;
  /** In pixels; 1.6 when left out. */
  width?: number;
  /** `y` as smoothed by the chart's `smoothing`, by more points than are in `y`; left out: `y` is smoothed here. */
  smoothed?: readonly number[];
  /** Never smoothed. */
  exact?: boolean;
  /** Drawn faintly around the line: the spread of what the line is the mean of. */
  band?: { low: readonly number[]; high: readonly number[]; label: string };
}

interface LineChartProps {
  title: string;
  series: Series[];
  xTitle: string;
  yTitle?: string;
  height?: number;
  /** Weight of the moving average, 0 to 0.99; the raw line stays faintly behind. */
  smoothing?: number;
  /** Vertical marks: where a run was resumed. */
  marks?: { x: number; label: string }[];
  /** Whole steps only on the x axis. */
  integerX?: boolean;
  yRange?: [number, number];
}

interface Scales {
  logX: boolean;
  logY: boolean;
  clip: boolean;
}

/** Curves over steps: both axes logarithmic on demand, outliers clipped, hover and zoom shared with charts over the same x. */
export function LineChart({ title, series, xTitle, yTitle, height, smoothing = 0, marks, integerX, yRange }: LineChartProps) {
  const [scales, setScales] = useState<Scales>({ logX: false, logY: false, clip: false });
  const { logX, logY, clip } = scales;
  const traces = useMemo(() => series.flatMap((one) => tracesOf(one, one.exact ? 0 : smoothing)), [series, smoothing]);
  const range = useMemo(() => (clip ? (clippedRange(series, logY) ?? undefined) : logY ? undefined : yRange), [clip, logY, series, yRange]);
  const layout = useMemo(
    () => layoutOf({ xTitle, yTitle, logX, logY, legend: series.length > 1, marks, integerX, yRange: range }),
    [xTitle, yTitle, logX, logY, series.length, marks, integerX, range],
  );
  const hidden = countHidden(series, { x: logX, y: logY });
  return (
    <Chart
      title={title}
      traces={traces}
      layout={layout}
      height={height}
      summary={summaryOf(title, series)}
      linkedAxis={`${xTitle}${logX ? ', logarithmic' : ''}`}
      filters={filtersOf(scales, smoothing, hidden)}
      table={() => tableOf(xTitle, series)}
      tools={
        <>
          {hidden > 0 && <span className="muted">{hidden} points ≤ 0 hidden</span>}
          <ScaleButtons title={title} scales={scales} onChange={setScales} />
        </>
      }
    />
  );
}

function ScaleButtons({ title, scales, onChange }: { title: string; scales: Scales; onChange(scales: Scales): void }) {
  const button = (key: keyof Scales, icon: string, label: string) => (
    <IconButton icon={icon} label={label} aria-pressed={scales[key]} onClick={() => onChange({ ...scales, [key]: !scales[key] })} />
  );
  return (
    <>
      {button('clip', 'fold', `Clip outliers of ${title} (1st to 99th percentile)`)}
      {button('logX', 'arrow-both', `Logarithmic horizontal axis for ${title}`)}
      {button('logY', 'symbol-ruler', `Logarithmic axis for ${title}`)}
    </>
  );
}

/** What an exported image has to say about how it was drawn. */
function filtersOf({ logX, logY, clip }: Scales, smoothing: number, hidden: number): string {
  const parts = [
    smoothing > 0 ? `smoothed by a moving average of weight ${smoothing}` : '',
    logX && logY ? 'both axes logarithmic' : logX ? 'horizontal axis logarithmic' : logY ? 'vertical axis logarithmic' : '',
    hidden > 0 ? `${hidden} points ≤ 0 left out` : '',
    clip ? 'values clipped to their 1st to 99th percentile' : '',
  ];
  return parts.filter(Boolean).join('; ');
}

function tracesOf(series: Series, weight: number): Partial<Data>[] {
  return [...bandOf(series), ...linesOf(series, weight)];
}

/** The upper edge, filled down to the lower one in the line's colour, which is #rrggbb, at a fifth of its strength. */
function bandOf({ id, color, x, band }: Series): Partial<Data>[] {
  if (!band) return [];
  const edge = {
    type: 'scatter' as const,
    x: x as number[],
    mode: 'lines' as const,
    legendgroup: id,
    showlegend: false,
    hoverinfo: 'skip' as const,
    line: { width: 0, color },
  };
  return [
    { ...edge, y: band.low as number[] },
    { ...edge, y: band.high as number[], fill: 'tonexty', fillcolor: `${color}33` },
  ];
}

function linesOf(
  { id, name, color, dash = 'solid', width = 1.6, x, y, smoothed: given, markers }: Series,
  weight: number,
): Partial<Data>[] {
  const base = { type: 'scatter' as const, x: x as number[], legendgroup: id, line: { color, dash, width } };
  const marked = markers || y.length < 2;
  const line = {
    ...base,
    name,
    y: y as number[],
    mode: marked ? ('lines+markers' as const) : ('lines' as const),
    marker: { color, size: 5 },
  };
  if (weight <= 0) return [{ ...line, hovertemplate: `%{y:.5~g}<extra>${plain(name)}</extra>` } as Partial<Data>];
  const raw = { ...base, y: y as number[], mode: 'lines' as const, opacity: 0.25, showlegend: false, hoverinfo: 'skip' as const };
  const smoothed = { ...line, y: [...(given ?? smooth(y, weight))], customdata: y as number[] };
  return [
    raw as Partial<Data>,
    { ...smoothed, hovertemplate: `%{y:.5~g} (raw %{customdata:.5~g})<extra>${plain(name)}</extra>` } as Partial<Data>,
  ];
}

/** Names are text, not markup or templates. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('%', '&#37;');

interface LayoutOptions {
  xTitle: string;
  yTitle?: string;
  logX: boolean;
  logY: boolean;
  legend: boolean;
  marks?: { x: number; label: string }[];
  integerX?: boolean;
  yRange?: [number, number];
}

function layoutOf({ xTitle, yTitle, logX, logY, legend, marks = [], integerX, yRange }: LayoutOptions): Partial<Layout> {
  return {
    hovermode: 'x unified',
    showlegend: legend,
    margin: { l: 48, r: 12, t: legend ? 2 : 8, b: 36 },
    xaxis: { title: { text: xTitle, standoff: 6 }, type: logX ? 'log' : 'linear', ...(integerX && !logX && { dtick: 1 }) },
    yaxis: {
      ...(yTitle && { title: { text: yTitle, standoff: 6 } }),
      type: logY ? 'log' : 'linear',
      ...(yRange && { range: yRange }),
    },
    shapes: marks.map(({ x }) => ({
      type: 'line',
      x0: x,
      x1: x,
      y0: 0,
      y1: 1,
      yref: 'paper',
      line: { color: '#888888', width: 1, dash: 'dot' },
    })),
    annotations: marks.map(({ x, label }) => ({
      x,
      y: 1,
      yref: 'paper',
      text: label,
      showarrow: false,
      xanchor: 'left',
      yanchor: 'top',
      font: { size: 10 },
    })),
  } as Partial<Layout>;
}

function summaryOf(title: string, series: Series[]): string {
  const parts = series.filter((one) => one.y.length > 0).map((one) => `${one.name} ${formatNumber(one.y.at(-1)!)} at ${one.x.at(-1)}`);
  return `${title}. ${parts.length > 0 ? `Last values: ${parts.join(', ')}` : 'No points yet'}.`;
}

/** One row a point; the edges of bands have columns of their own where there are some. */
function tableOf(xTitle: string, series: Series[]): TableOfNumbers {
  const label = series.find((one) => one.band)?.band?.label;
  return {
    columns: ['series', xTitle, 'value', ...(label ? [`low (${label})`, `high (${label})`] : [])],
    rows: series.flatMap((one) =>
      one.x.map((x, at) => [one.name, x, one.y[at] ?? null, ...(label ? [one.band?.low[at] ?? null, one.band?.high[at] ?? null] : [])]),
    ),
  };
}
