import type { Data, Layout } from 'plotly.js';
import { useMemo } from 'react';
import { type ColorScheme, useColorScheme } from '../../state/colorScheme.ts';
import { formatNumber } from '../format.ts';
import { Chart } from './Chart.tsx';

interface HeatmapChartProps {
  title: string;
  xLabels: readonly string[];
  /** From top to bottom; labels may repeat. */
  yLabels: readonly string[];
  /** [y][x] */
  values: readonly (readonly number[])[];
  xTitle: string;
  yTitle: string;
}

/** One hue from the background's lightness to a strong one: told apart with every colour blindness. */
const SCALES: Record<ColorScheme, [number, string][]> = {
  dark: [
    [0, '#20252b'],
    [1, '#6cc0ff'],
  ],
  light: [
    [0, '#f4f8fb'],
    [1, '#00568a'],
  ],
};
const ROW_PX = 22;
const LONGEST_LABEL = 26;

export function HeatmapChart({ title, xLabels, yLabels, values, xTitle, yTitle }: HeatmapChartProps) {
  const scheme = useColorScheme();
  const traces = useMemo(
    () => [
      {
        type: 'heatmap',
        z: values as number[][],
        x: xLabels.map((_, at) => at),
        y: yLabels.map((_, at) => at),
        customdata: yLabels.map((y) => xLabels.map((x) => [plain(y), plain(x)])),
        colorscale: SCALES[scheme],
        zmin: 0,
        xgap: 1,
        ygap: 1,
        colorbar: { thickness: 10, outlinewidth: 0, tickfont: { size: 10 } },
        hovertemplate: '%{customdata[0]} · %{customdata[1]}: %{z:.4f}<extra></extra>',
      } as unknown as Partial<Data>,
    ],
    [xLabels, yLabels, values, scheme],
  );
  const layout = useMemo(
    () =>
      ({
        margin: { l: 60, r: 12, t: 8, b: 60 },
        xaxis: { ...ticks(xLabels), title: { text: xTitle, standoff: 8 }, tickangle: 40, showgrid: false, zeroline: false },
        yaxis: { ...ticks(yLabels), title: { text: yTitle, standoff: 8 }, autorange: 'reversed', showgrid: false, zeroline: false },
      }) as Partial<Layout>,
    [xLabels, yLabels, xTitle, yTitle],
  );
  return (
    <Chart
      title={title}
      traces={traces}
      layout={layout}
      height={180 + ROW_PX * yLabels.length}
      summary={summaryOf(title, xLabels, yLabels, values)}
      table={() => ({ columns: [yTitle, ...xLabels], rows: yLabels.map((label, at) => [label, ...(values[at] ?? [])]) })}
    />
  );
}

/** Titles are text, not markup or templates. */
const plain = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('%', '&#37;');

const shortened = (text: string) => (text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text);

function ticks(labels: readonly string[]) {
  return {
    tickmode: 'array',
    tickvals: labels.map((_, at) => at),
    ticktext: labels.map((label) => plain(shortened(label))),
    tickfont: { size: 10 },
  };
}

function summaryOf(title: string, xLabels: readonly string[], yLabels: readonly string[], values: HeatmapChartProps['values']): string {
  let best = { value: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  for (const [y, row] of values.entries()) for (const [x, value] of row.entries()) if (value > best.value) best = { value, x, y };
  if (!Number.isFinite(best.value)) return `${title}. Nothing to show.`;
  return `${title}. Largest: ${formatNumber(best.value)}, ${yLabels[best.y]!.trim()} and ${xLabels[best.x]}.`;
}
