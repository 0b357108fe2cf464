import type { Data, Layout } from 'plotly.js';
import { useMemo, useState } from 'react';
import { IconButton } from '../controls.tsx';
import { formatNumber } from '../format.ts';
import { Chart } from './Chart.tsx';

export interface ScatterPoint {
  id: string;
  name: string;
  color: string;
  symbol?: 'circle' | 'square' | 'diamond' | 'cross';
  x: number;
  y: number;
  /** Ends of the interval around y. */
  low: number;
  high: number;
  /** Said of the point when it is pointed at. */
  note?: string;
}

interface ScatterChartProps {
  title: string;
  points: ScatterPoint[];
  xTitle: string;
  yTitle: string;
  height?: number;
  /** Whether the x axis begins logarithmic. */
  logX?: boolean;
}

/** One named point a thing, with its interval; the x axis may be logarithmic. */
export function ScatterChart({ title, points, xTitle, yTitle, height = 320, logX = true }: ScatterChartProps) {
  const [log, setLog] = useState(logX);
  const traces = useMemo(() => points.map(traceOf), [points]);
  const layout = useMemo(
    () =>
      ({
        hovermode: 'closest',
        showlegend: points.length > 1,
        margin: { l: 56, r: 20, t: 2, b: 40 },
        xaxis: { title: { text: xTitle, standoff: 6 }, type: log ? 'log' : 'linear', ...(!log && { rangemode: 'tozero' }) },
        yaxis: { title: { text: yTitle, standoff: 6 } },
      }) as Partial<Layout>,
    [points.length, xTitle, yTitle, log],
  );
  const summary = `${title}. ${points.map(({ name, x, y }) => `${name}: ${formatNumber(y)} at ${formatNumber(x)}`).join('; ')}.`;
  return (
    <Chart
      title={title}
      traces={traces}
      layout={layout}
      height={height}
      summary={summary}
      table={() => ({
        columns: ['run', xTitle, yTitle, 'low', 'high'],
        rows: points.map(({ name, x, y, low, high }) => [name, x, y, low, high]),
      })}
      tools={<IconButton icon="symbol-ruler" label={`Logarithmic x axis for ${title}`} aria-pressed={log} onClick={() => setLog(!log)} />}
    />
  );
}

function traceOf({ name, color, symbol = 'circle', x, y, low, high, note }: ScatterPoint): Partial<Data> {
  const shown = plain(name);
  return {
    type: 'scatter',
    mode: 'markers',
    name: shown,
    x: [x],
    y: [y],
    error_y: { type: 'data', symmetric: false, array: [high - y], arrayminus: [y - low], color, thickness: 1, width: 4 },
    marker: { color, symbol, size: 10 },
    hovertemplate: `%{x:,.5~g}: %{y:.4~g}${note ? `<br>${plain(note)}` : ''}<extra>${shown}</extra>`,
  } as Partial<Data>;
}

/** Names are text, not markup or templates. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('%', '&#37;');
