import type { Data, Layout, PlotHoverEvent, PlotlyHTMLElement, PlotRelayoutEvent } from 'plotly.js';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type Theme, useTheme } from '../../state/colorScheme.ts';
import { IconButton } from '../controls.tsx';
import { Menu } from '../Menu.tsx';
import { drawInTurn, leaveTurn } from './drawInTurn.ts';
import { chartMenu, HIGHEST_LEGEND, legendHeight, type PlotDiv } from './exportChart.ts';
import type { TableOfNumbers } from './exportTables.ts';
import { type ChartLink, useChartLink, type Zoom } from './linking.ts';

type Plotly = typeof import('plotly.js');

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
  /** Charts of one editor with the same name here share hover and zoom along x. */
  linkedAxis?: string;
  /** What is smoothed, scaled or left out; written into exported images. */
  filters?: string;
}

/** The first line of a legend is part of the height that a chart asks for. */
const LEGEND_LINE = 24;

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
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0, font: { size: 11 }, maxheight: HIGHEST_LEGEND },
    showlegend: false,
    // The same revision for ever: zoom and hidden series survive new data.
    uirevision: 'keep',
    meta: theme,
  } as Partial<Layout>;
}

function merged(theme: Theme, layout: Partial<Layout> = {}, zoom: Zoom | null = null): Partial<Layout> {
  const base = themed(theme);
  // Where the axis has a zoom of its own, another revision makes Plotly take it; otherwise what the person dragged stays.
  const linked = zoom ? { range: [...zoom], autorange: false, uirevision: zoom.join() } : {};
  return {
    ...base,
    ...layout,
    xaxis: { ...base.xaxis, ...layout.xaxis, ...linked },
    yaxis: { ...base.yaxis, ...layout.yaxis },
  } as Partial<Layout>;
}

/** Follows what the person does in the chart, and does the same in the linked ones. */
function listen(div: PlotDiv, link: { current: ChartLink | null }): void {
  const plot = div as unknown as PlotlyHTMLElement;
  plot.on('plotly_relayout', (event: PlotRelayoutEvent) => {
    const [from, to] = [event['xaxis.range[0]'], event['xaxis.range[1]']];
    if (typeof from === 'number' && typeof to === 'number') link.current?.setZoom([from, to]);
    else if (event['xaxis.autorange']) link.current?.setZoom(null);
  });
  plot.on('plotly_hover', ({ event, points }: PlotHoverEvent) => {
    // Hovered by the person, not by another chart.
    if (event?.target) link.current?.hoverOthers((points[0]?.x as number | string | undefined) ?? null);
  });
  plot.on('plotly_unhover', () => link.current?.hoverOthers(null));
}

/** What a legend of many lines takes beyond its first: without room of its own it would leave none to what it names. */
function legendRoomOf(div: PlotDiv): number {
  return Math.max(0, Math.min(legendHeight(div), HIGHEST_LEGEND) - LEGEND_LINE);
}

/** A Plotly chart with a title, export, and a reset of the zoom (double click, or R while one of its buttons has the focus). */
export function Chart({ title, traces, layout, height = 240, tools, table, summary, linkedAxis, filters = '' }: ChartProps) {
  const box = useRef<PlotDiv>(null);
  const plotly = useRef<Plotly | null>(null);
  /** What could not be drawn while the chart had no size: its tab was not shown. */
  const missed = useRef<(() => Promise<boolean>) | null>(null);
  const [menu, setMenu] = useState<{ x: number; y: number } | null>(null);
  const [isDrawn, setDrawn] = useState(false);
  const [legendRoom, setLegendRoom] = useState(0);
  const theme = useTheme();
  const self = useMemo(() => ({ hover: (x: number | string | null) => hover(plotly.current, box.current, x) }), []);
  const link = useChartLink(linkedAxis, self);
  const latestLink = useRef(link);
  latestLink.current = link;
  const zoom = link?.zoom ?? null;
  useEffect(() => {
    let current = true;
    const draw = async () => {
      const loaded = await loadPlotly();
      const div = box.current;
      if (!current || !div) return false;
      missed.current = div.clientWidth === 0 ? draw : null;
      if (missed.current) return false;
      const isFirst = plotly.current === null;
      plotly.current = loaded;
      await loaded.react(div, traces as Data[], { ...merged(theme, layout, zoom), datarevision: performance.now() }, CONFIG);
      if (isFirst) listen(div, latestLink);
      setDrawn(true);
      setLegendRoom(legendRoomOf(div));
      return true;
    };
    drawInTurn(self, draw);
    return () => {
      current = false;
    };
  }, [traces, layout, theme, zoom, self]);
  useEffect(() => {
    const div = box.current!;
    const observer = new ResizeObserver(() => {
      if (div.clientWidth === 0) return;
      if (missed.current) return drawInTurn(self, missed.current);
      if (!div.data) return;
      // Another width may fold the legend into another number of lines.
      void Promise.resolve(plotly.current?.Plots.resize(div)).then(() => setLegendRoom(legendRoomOf(div)), reportError);
    });
    observer.observe(div);
    return () => {
      observer.disconnect();
      leaveTurn(self);
      plotly.current?.purge(div);
      plotly.current = null;
    };
  }, [self]);
  const reset = () => void plotly.current?.relayout(box.current!, { 'xaxis.autorange': true, 'yaxis.autorange': true } as Partial<Layout>);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() === 'r' && !event.ctrlKey && !event.metaKey) reset();
  };
  const closeMenu = useCallback(() => setMenu(null), []);
  const entries = () => {
    const shown = zoom ? [filters, `zoomed to ${zoom.map((each) => Number(each.toPrecision(4))).join(' to ')}`] : [filters];
    return chartMenu({ title, filters: shown.filter(Boolean).join('; '), div: box.current!, plotly: plotly.current!, table });
  };
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
            disabled={!isDrawn}
            onClick={(event) => {
              const { left, bottom } = event.currentTarget.getBoundingClientRect();
              setMenu({ x: left, y: bottom });
            }}
          />
        </span>
      </figcaption>
      <div ref={box} className="chart-plot" style={{ height: height + legendRoom }} role="img" aria-label={summary ?? title} />
      {menu && <Menu label={`Export ${title}`} at={menu} entries={entries()} onClose={closeMenu} />}
    </figure>
  );
}

/** Shows what the chart has at this x, or nothing. Plotly's types leave this part out. */
function hover(plotly: Plotly | null, div: PlotDiv | null, x: number | string | null): void {
  if (!plotly || !div?.data) return;
  const { Fx } = plotly as unknown as { Fx: { hover(div: PlotDiv, at: object, subplot: string): void; unhover(div: PlotDiv): void } };
  if (x === null) Fx.unhover(div);
  else Fx.hover(div, { xval: x }, 'xy');
}
