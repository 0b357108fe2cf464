import type { Data, Layout } from 'plotly.js';
import { useMemo, useState } from 'react';
import { IconButton } from '../controls.tsx';
import { formatNumber } from '../format.ts';
import { Chart } from './Chart.tsx';
import type { TableOfNumbers } from './exportTables.ts';
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
  /** Never smoothed. */
  exact?: boolean;
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

/** Curves over steps, with a logarithmic axis on demand. */
export function LineChart({ title, series, xTitle, yTitle, height, smoothing = 0, marks, integerX, yRange }: LineChartProps) {
  const [log, setLog] = useState(false);
  const traces = useMemo(() => series.flatMap((one) => tracesOf(one, one.exact ? 0 : smoothing)), [series, smoothing]);
  const layout = useMemo(
    () => layoutOf({ xTitle, yTitle, log, legend: series.length > 1, marks, integerX, yRange }),
    [xTitle, yTitle, log, series.length, marks, integerX, yRange],
  );
  const hidden = log ? series.reduce((sum, one) => sum + one.y.filter((value) => value <= 0).length, 0) : 0;
  return (
    <Chart
      title={title}
      traces={traces}
      layout={layout}
      height={height}
      summary={summaryOf(title, series)}
      table={() => tableOf(xTitle, series)}
      tools={
        <>
          {hidden > 0 && <span className="muted">{hidden} points ≤ 0 hidden</span>}
          <IconButton icon="symbol-ruler" label={`Logarithmic axis for ${title}`} aria-pressed={log} onClick={() => setLog(!log)} />
        </>
      }
    />
  );
}

function tracesOf({ id, name, color, dash = 'solid', x, y, markers }: Series, weight: number): Partial<Data>[] {
  const base = { type: 'scatter' as const, x: x as number[], legendgroup: id, line: { color, dash, width: 1.6 } };
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
  const smoothed = { ...line, y: smooth(y, weight), customdata: y as number[] };
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
  log: boolean;
  legend: boolean;
  marks?: { x: number; label: string }[];
  integerX?: boolean;
  yRange?: [number, number];
}

function layoutOf({ xTitle, yTitle, log, legend, marks = [], integerX, yRange }: LayoutOptions): Partial<Layout> {
  return {
    hovermode: 'x unified',
    showlegend: legend,
    margin: { l: 48, r: 12, t: legend ? 2 : 8, b: 36 },
    xaxis: { title: { text: xTitle, standoff: 6 }, ...(integerX && { dtick: 1 }) },
    yaxis: {
      ...(yTitle && { title: { text: yTitle, standoff: 6 } }),
      type: log ? 'log' : 'linear',
      ...(yRange && !log && { range: yRange }),
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

function tableOf(xTitle: string, series: Series[]): TableOfNumbers {
  return {
    columns: ['series', xTitle, 'value'],
    rows: series.flatMap((one) => one.x.map((x, index) => [one.name, x, one.y[index] ?? null])),
  };
}
