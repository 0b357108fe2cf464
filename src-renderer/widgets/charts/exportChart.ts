import type { Data, Layout } from 'plotly.js';
import { download } from '../download.ts';
import type { MenuEntry } from '../Menu.tsx';
import { exportEntries, type TableOfNumbers } from './exportTables.ts';

type Plotly = typeof import('plotly.js');
export type PlotDiv = HTMLDivElement & { data?: Data[]; layout?: Partial<Layout> };

export interface ExportedChart {
  title: string;
  /** What was left out or changed: smoothing, scales, zoom. Stands under the title. */
  filters: string;
  div: PlotDiv;
  plotly: Plotly;
  table(): TableOfNumbers;
}

const HEAD_HEIGHT = 56;
/** Between the lines of the legend and what is above and below. */
const LEGEND_GAP = 8;
/** On the page, a higher one scrolls. */
export const HIGHEST_LEGEND = 200;

/** Of all its lines, those that are scrolled out of sight as well. */
export function legendHeight(div: HTMLElement): number {
  return div.querySelector<SVGGElement>('.legend .scrollbox')?.getBBox().height ?? 0;
}

/** The chart as it stands alone: with its title, what was filtered, its legend and an opaque ground. */
export function standaloneFigure({ title, filters, div }: Pick<ExportedChart, 'title' | 'filters' | 'div'>, ground: string) {
  const layout = div.layout ?? {};
  const lines = legendHeight(div) + LEGEND_GAP;
  const shown = (div.data ?? []).filter((trace) => (trace as { showlegend?: boolean }).showlegend !== false);
  const legend = shown.length > 1;
  const subtitle = filters === '' ? {} : { subtitle: { text: filters, font: { size: 11 } } };
  return {
    data: div.data ?? [],
    layout: {
      ...layout,
      title: {
        text: title,
        x: 0.02,
        xanchor: 'left',
        yref: 'container',
        y: 1,
        pad: { t: 14 },
        yanchor: 'top',
        font: { size: 15 },
        ...subtitle,
      },
      showlegend: legend,
      paper_bgcolor: ground,
      plot_bgcolor: ground,
      legend: { ...layout.legend, maxheight: lines + LEGEND_GAP },
      margin: { ...layout.margin, t: HEAD_HEIGHT + (legend ? lines : 0) },
    } as Partial<Layout>,
  };
}

async function saveImage(chart: ExportedChart, format: 'svg' | 'png'): Promise<void> {
  const { clientWidth: width, clientHeight } = chart.div;
  const ground = getComputedStyle(document.documentElement).getPropertyValue('--bg').trim();
  const outOfSight = Math.max(0, legendHeight(chart.div) - HIGHEST_LEGEND);
  const options = { format, width, height: clientHeight + outOfSight + HEAD_HEIGHT, scale: format === 'png' ? 2 : 1 };
  const url = await chart.plotly.toImage(standaloneFigure(chart, ground), options);
  if (format === 'svg') download(`${chart.title}.svg`, 'image/svg+xml', decodeURIComponent(url.slice(url.indexOf(',') + 1)));
  else download(`${chart.title}.png`, 'image/png', pngOf(url));
}

/** Decodes a base64 data URL; fetching one would be against the content security policy. */
function pngOf(url: string): Blob {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}

export function chartMenu(chart: ExportedChart): MenuEntry[] {
  return [
    { id: 'svg', label: 'Save as SVG', icon: 'file-media', group: '1', run: () => void saveImage(chart, 'svg') },
    { id: 'png', label: 'Save as PNG', icon: 'file-media', group: '1', run: () => void saveImage(chart, 'png') },
    ...exportEntries(chart.title, chart.table),
  ];
}
