import type { Histogram } from '../../src-shared/dataset.ts';

const DAY_MS = 86_400_000;
/** Lower edges of the bars of counts: round numbers, each about 1.5 to 2 times the one before. */
const COUNT_EDGES = [1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000];
/** Bars of a histogram of times at most; the finest unit of the calendar that needs no more is taken. */
const MAX_TIME_BARS = 60;
const MONTHS_PER_BAR = [1, 3, 12, 60, 120, 1200];
/** `Date.UTC` takes small years for those of the twentieth century, so months are given from 2000. */
const MONTHS_BEFORE_2000 = 24_000;

/** How many of some counts lie between round numbers. @param sorted ascending, not empty */
export function histogramOfCounts(sorted: Int32Array): Histogram {
  const max = sorted[sorted.length - 1]!;
  const all = sorted[0] === 0 ? [0, ...COUNT_EDGES] : COUNT_EDGES;
  const known = all.filter((edge) => edge <= max);
  const edges = [...known, all[known.length] ?? max + 1];
  while (edges.length > 2 && edges[1]! <= sorted[0]!) edges.shift();
  const counts = new Array<number>(edges.length - 1).fill(0);
  let bar = 0;
  for (const value of sorted) {
    while (bar < counts.length - 1 && value >= edges[bar + 1]!) bar += 1;
    counts[bar]! += 1;
  }
  return { edges: [...edges.slice(0, -1), Math.max(edges[edges.length - 1]!, max + 1)], counts };
}

/** The value below which the share `q` lies, interpolated linearly between neighbours (Hyndman and Fan 1996, type 7). */
export function quantile(sorted: Int32Array, q: number): number {
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low]! + (sorted[high]! - sorted[low]!) * (position - low);
}

/** Events over time, counted by day (UTC) and shown by days, months, quarters, years or more, whichever fits. */
export class TimeCounter {
  private readonly eventsByDay = new Map<number, number>();

  /** @param timestampsMs ascending: events of one day are counted together */
  add(timestampsMs: Float64Array): void {
    for (let start = 0, end = 0; start < timestampsMs.length; start = end) {
      const day = Math.floor(timestampsMs[start]! / DAY_MS);
      const nextDayMs = (day + 1) * DAY_MS;
      end = start + 1;
      while (end < timestampsMs.length && timestampsMs[end]! < nextDayMs) end += 1;
      this.eventsByDay.set(day, (this.eventsByDay.get(day) ?? 0) + end - start);
    }
  }

  merge(eventsByDay: readonly (readonly [day: number, events: number])[]): void {
    for (const [day, events] of eventsByDay) this.eventsByDay.set(day, (this.eventsByDay.get(day) ?? 0) + events);
  }

  byDay(): [day: number, events: number][] {
    return [...this.eventsByDay];
  }

  /** Edges in milliseconds since 1970. */
  histogram(): Histogram {
    const days = Float64Array.from(this.eventsByDay.keys()).sort();
    const edges = edgesFor(days[0]!, days[days.length - 1]!);
    const counts = new Array<number>(edges.length - 1).fill(0);
    let bar = 0;
    for (const day of days) {
      while (bar < counts.length - 1 && day * DAY_MS >= edges[bar + 1]!) bar += 1;
      counts[bar]! += this.eventsByDay.get(day)!;
    }
    return { edges, counts };
  }
}

function edgesFor(firstDay: number, lastDay: number): number[] {
  if (lastDay - firstDay < MAX_TIME_BARS) return Array.from({ length: lastDay - firstDay + 2 }, (_, bar) => (firstDay + bar) * DAY_MS);
  const [first, last] = [monthOf(firstDay), monthOf(lastDay)];
  const months = MONTHS_PER_BAR.find((size) => barsOf(first, last, size) <= MAX_TIME_BARS) ?? last - first + 1;
  const start = Math.floor(first / months);
  return Array.from({ length: barsOf(first, last, months) + 1 }, (_, bar) => Date.UTC(2000, (start + bar) * months - MONTHS_BEFORE_2000));
}

function barsOf(firstMonth: number, lastMonth: number, months: number): number {
  return Math.floor(lastMonth / months) - Math.floor(firstMonth / months) + 1;
}

function monthOf(day: number): number {
  const date = new Date(day * DAY_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}
