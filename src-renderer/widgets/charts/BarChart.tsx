import type { Data, Layout } from 'plotly.js';
import { useMemo } from 'react';
import { Chart } from './Chart.tsx';

export interface BarSeries {
  name: string;
  color: string;
  values: readonly number[];
}

interface BarChartProps {
  title: string;
  labels: readonly (string | number)[];
  series: BarSeries[];
  xTitle: string;
  yTitle?: string;
  height?: number;
  /** Bars from left to right of long labels, the first on top. */
  horizontal?: boolean;
  /** Ranges rather than names: bars touch. */
  histogram?: boolean;
}

export function BarChart({ title, labels, series, xTitle, yTitle, height, horizontal, histogram }: BarChartProps) {
  const traces = useMemo(
    () =>
      series.map(({ name, color, values }): Partial<Data> => {
        const [x, y] = horizontal ? [values, labels] : [labels, values];
        const hover = horizontal ? '%{y}: %{x:,}' : '%{x}: %{y:,.4~g}';
        return {
          type: 'bar',
          orientation: horizontal ? 'h' : 'v',
          name,
          x: x as number[],
          y: y as number[],
          marker: { color },
          hovertemplate: `${hover}<extra>${series.length > 1 ? name : ''}</extra>`,
        } as Partial<Data>;
      }),
    [labels, series, horizontal],
  );
  const layout = useMemo(
    () =>
      ({
        bargap: histogram ? 0.04 : 0.25,
        showlegend: series.length > 1,
        margin: { l: 48, r: 12, t: series.length > 1 ? 2 : 8, b: 36 },
        xaxis: { title: { text: horizontal ? (yTitle ?? '') : xTitle, standoff: 6 }, ...(horizontal ? {} : { type: 'category' as const }) },
        yaxis: horizontal
          ? { type: 'category' as const, autorange: 'reversed' as const, automargin: true, ticklabelstandoff: 4 }
          : { title: { text: yTitle ?? '', standoff: 6 } },
      }) as Partial<Layout>,
    [series.length, xTitle, yTitle, horizontal, histogram],
  );
  const summary = `${title}. ${series.map((one) => `${one.name}: ${one.values.length} bars, largest ${Math.max(...one.values)}`).join('; ')}.`;
  return (
    <Chart
      title={title}
      traces={traces}
      layout={layout}
      height={height}
      summary={summary}
      table={() => ({
        columns: [xTitle, ...series.map((one) => one.name)],
        rows: labels.map((label, at) => [label, ...series.map((one) => one.values[at] ?? null)]),
      })}
    />
  );
}
