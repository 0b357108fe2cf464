import { createContext, useContext, useEffect, useMemo } from 'react';
import { create } from 'zustand';

/** Charts that share an x axis: hovering and zooming one does so in the others. */
interface LinkedChart {
  hover(x: number | string | null): void;
}

export type Zoom = readonly [number, number];

const charts = new Map<string, Set<LinkedChart>>();
const useZooms = create<Record<string, Zoom>>(() => ({}));

/** Names the place in which charts are linked: an editor. Charts outside one are not. */
export const ChartLinkContext = createContext<string | null>(null);

export interface ChartLink {
  zoom: Zoom | null;
  setZoom(zoom: Zoom | null): void;
  /** Shows the same x in the other charts; null: nothing is hovered any more. */
  hoverOthers(x: number | string | null): void;
}

function setZoom(key: string, zoom: Zoom | null): void {
  const { [key]: _old, ...others } = useZooms.getState();
  useZooms.setState(zoom ? { ...others, [key]: zoom } : others, true);
}

function join(key: string, chart: LinkedChart): () => void {
  const group = charts.get(key) ?? new Set();
  charts.set(key, group.add(chart));
  return () => {
    group.delete(chart);
    if (group.size === 0) charts.delete(key);
  };
}

/** The link of charts with this x axis in the present editor; null where there is nothing to link. */
export function useChartLink(axis: string | undefined, self: LinkedChart): ChartLink | null {
  const place = useContext(ChartLinkContext);
  const key = place !== null && axis !== undefined ? `${place}\n${axis}` : null;
  const zoom = useZooms((state) => (key === null ? undefined : state[key]));
  useEffect(() => (key === null ? undefined : join(key, self)), [key, self]);
  return useMemo(() => {
    if (key === null) return null;
    const hoverOthers = (x: number | string | null) => {
      for (const chart of charts.get(key) ?? []) if (chart !== self) chart.hover(x);
    };
    return { zoom: zoom ?? null, setZoom: (next: Zoom | null) => setZoom(key, next), hoverOthers };
  }, [key, zoom, self]);
}
