import type { Data, Layout } from 'plotly.js';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { type Theme, useTheme } from '../../state/colorScheme.ts';
import { IconButton } from '../controls.tsx';
import { download } from '../download.ts';
import { Menu, type MenuEntry } from '../Menu.tsx';
import { downloadCsv, type TableOfNumbers } from './exportTables.ts';

type Plotly = typeof import('plotly.js');
type PlotDiv = HTMLDivElement & { data?: unknown };

export interface ChartProps {
  title: string;
  traces: Partial<Data>[];
  layout?: Partial<Layout>;
  height?: number;
  /** Controls in the chart's title line. */
  tools?: ReactNode;
  /** The numbers behind the chart, for export and for who cannot see it. */
  table(): TableOfNumbers;
  /** One sentence that says what the chart shows. */
  summary?: string;
}

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: 'reset' } as const;

let loading: Promise<Plotly> | null = null;
const loadPlotly = (): Promise<Plotly> => {
  loading ??= import('./plotly.ts').then((module) => module.default);
  return loading;
};

/** Colours and type of the present theme, for everything Plotly draws. */
function themed(theme: Theme): Partial<Layout> {
  const style = getComputedStyle(document.documentElement);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    gridcolor: token('--grid'),
    linecolor: token('--border-strong'),
    zerolinecolor: token('--border-strong'),
    automargin: true,
  };
  return {
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: token('--font'), size: 11, color: token('--fg') },
    margin: { l: 48, r: 12, t: 8, b: 36 },
    xaxis: axis,
    yaxis: axis,
    hoverlabel: { bgcolor: token('--bg-raised'), bordercolor: token('--border-strong'), font: { color: token('--fg') } },
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, font: { size: 11 } },
    showlegend: false,
    // The same revision for ever: zoom and hidden series survive new data.
    uirevision: 'keep',
    meta: theme,
  } as Partial<Layout>;
}

function merged(theme: Theme, layout: Partial<Layout> = {}): Partial<Layout> {
  const base = themed(theme);
  return { ...base, ...layout, xaxis: { ...base.xaxis, ...layout.xaxis }, yaxis: { ...base.yaxis, ...layout.yaxis } };
}

/** A Plotly chart with a title, export, and a reset of the zoom (double click, or R while one of its buttons has the focus). */
export function Chart({ title, traces, layout, height = 240, tools, table, summary }: ChartProps) {
  const box = useRef<PlotDiv>(null);
  const plotly = useRef<Plotly | null>(null);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const theme = useTheme();
  useEffect(() => {
    let current = true;
    void loadPlotly().then((loaded) => {
      const div = box.current;
      if (!current || !div) return;
      plotly.current = loaded;
      void loaded.react(div, traces as Data[], { ...merged(theme, layout), datarevision: performance.now() }, CONFIG);
    });
    return () => {
      current = false;
    };
  }, [traces, layout, theme]);
  useEffect(() => {
    const div = box.current!;
    const observer = new ResizeObserver(() => {
      if (div.data && div.clientWidth > 0) plotly.current?.Plots.resize(div);
    });
    observer.observe(div);
    return () => {
      observer.disconnect();
      plotly.current?.purge(div);
    };
  }, []);
  const reset = () => void plotly.current?.relayout(box.current!, { 'xaxis.autorange': true, 'yaxis.autorange': true } as Partial<Layout>);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() === 'r' && !event.ctrlKey && !event.metaKey) reset();
  };
  const closeMenu = useCallback(() => setMenu(null), []);
  return (
    <figure className="chart" onKeyDown={onKeyDown}>
      <figcaption className="chart-head">
        <h3 className="ellipsis">{title}</h3>
        <span className="chart-tools">
          {tools}
          <IconButton icon="screen-normal" label={`Reset zoom of ${title} (R)`} onClick={reset} />
          <IconButton
            icon="desktop-download"
            label={`Export ${title}`}
            aria-haspopup="menu"
            onClick={(event) => {
              const { left, bottom } = event.currentTarget.getBoundingClientRect();
              setMenu({ x: left, y: bottom });
            }}
          />
        </span>
      </figcaption>
      <div ref={box} className="chart-plot" style={{ height }} role="img" aria-label={summary ?? title} />
      {menu && <Menu label={`Export ${title}`} at={menu} entries={exportEntries(title, box, plotly, table)} onClose={closeMenu} />}
    </figure>
  );
}

function exportEntries(
  title: string,
  box: { current: PlotDiv | null },
  plotly: { current: Plotly | null },
  table: () => TableOfNumbers,
): MenuEntry[] {
  const image = async (format: 'svg' | 'png') => {
    const { clientWidth: width, clientHeight: height } = box.current!;
    const url = await plotly.current!.toImage(box.current!, { format, width, height, scale: format === 'png' ? 2 : 1 });
    const blob = format === 'svg' ? decodeURIComponent(url.slice(url.indexOf(',') + 1)) : await pngOf(url);
    download(`${title}.${format}`, format === 'svg' ? 'image/svg+xml' : 'image/png', blob);
  };
  return [
    { id: 'svg', label: 'Export as SVG', icon: 'file-media', run: () => void image('svg') },
    { id: 'png', label: 'Export as PNG', icon: 'file-media', run: () => void image('png') },
    { id: 'csv', label: 'Export numbers as CSV', icon: 'table', run: () => downloadCsv(title, table()) },
  ];
}

/** Decodes a base64 data URL; fetching one would be against the content security policy. */
function pngOf(url: string): Blob {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (letter) => letter.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}
