import { useMemo } from 'react';
import { categoryNoun, type DatasetReport, type Histogram, sparsityOf } from '../../../src-shared/dataset.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { seriesColor } from '../../state/runColors.ts';
import { BarChart } from '../../widgets/charts/BarChart.tsx';
import { formatCount, formatNumber } from '../../widgets/format.ts';
import { CATEGORY_HEADINGS } from './categories.ts';
import { Figures } from './Figures.tsx';
import { PaperTable } from './PaperTable.tsx';

const SHORT_TITLE = 38;
const shorten = (title: string) => (title.length > SHORT_TITLE ? `${title.slice(0, SHORT_TITLE - 1)}…` : title);

/** Counts, what a history of N events leaves for training, and the shape of the data. */
export function DatasetOverview({ report }: { report: DatasetReport }) {
  const quantiles = report.eventsPerUserQuantiles;
  const { users, items, events } = report.summary;
  return (
    <>
      <section className="section">
        <Figures
          figures={[
            { label: 'Events', value: formatCount(events) },
            { label: 'Users', value: formatCount(users) },
            { label: 'Items', value: formatCount(items), note: `${formatCount(report.itemsWithEvents)} with events` },
            {
              label: 'Events per user',
              value: formatNumber(quantiles.median),
              note: `${formatNumber(quantiles.min)} to ${formatCount(quantiles.max)}, median shown`,
            },
            {
              label: 'Sparsity',
              value: `${(100 * sparsityOf(report)).toFixed(2)} %`,
              note: 'of user and item pairs without an event',
            },
            {
              label: 'Repeated events',
              value: formatCount(report.duplicates.sameItem),
              note: `item met before; ${formatCount(report.duplicates.sameItemAndTime)} at the same time`,
            },
          ]}
        />
      </section>
      <section className="section">
        <h2>
          Training examples <span className="muted section-note">with a full window of N events before the label</span>
        </h2>
        <Figures
          figures={report.trainingExamples.map((each) => ({
            label: `N = ${each.historyLength}`,
            value: formatCount(each.examples),
            note: `from ${formatCount(each.users)} users`,
          }))}
        />
      </section>
      <OverviewCharts report={report} />
      <PaperTable report={report} />
    </>
  );
}

function OverviewCharts({ report }: { report: DatasetReport }) {
  const scheme = useColorScheme();
  const { events } = report.summary;
  const { eventsPerUser, eventsPerItem, eventTimes, ratings, genres, popularItems } = report;
  const charts = useMemo(() => {
    const color = seriesColor(0, scheme);
    const one = (name: string, values: number[]) => [{ name, color, values }];
    const counts = (shares: readonly { count: number }[]) => shares.map((share) => share.count);
    return {
      users: one('users', eventsPerUser.counts),
      items: one('items', eventsPerItem.counts),
      times: one('events', eventTimes.counts),
      ratings: one('events', counts(ratings)),
      genres: one('events', counts(genres)),
      popular: one('events', counts(popularItems)),
    };
  }, [eventsPerUser, eventsPerItem, eventTimes, ratings, genres, popularItems, scheme]);
  const userRanges = useMemo(() => rangeLabels(eventsPerUser), [eventsPerUser]);
  const itemRanges = useMemo(() => rangeLabels(eventsPerItem), [eventsPerItem]);
  const periods = useMemo(() => periodLabels(eventTimes), [eventTimes]);
  const ratingLabels = useMemo(() => ratings.map((share) => share.value), [ratings]);
  const genreLabels = useMemo(() => genres.map((share) => `${share.value}, ${formatShare(share.count / events)}`), [genres, events]);
  const noun = categoryNoun(report.summary);
  const titles = useMemo(() => popularItems.map((share) => shorten(share.value)), [popularItems]);
  return (
    <section className="section chart-grid" aria-label="Charts">
      <BarChart title="Events per user" labels={userRanges} series={charts.users} xTitle="events" yTitle="users" histogram />
      <BarChart title="Events per item" labels={itemRanges} series={charts.items} xTitle="events" yTitle="items" histogram />
      <BarChart title="Events over time" labels={periods} series={charts.times} xTitle="time (UTC)" yTitle="events" histogram />
      <BarChart title="Ratings" labels={ratingLabels} series={charts.ratings} xTitle="rating" yTitle="events" />
      <BarChart
        title={CATEGORY_HEADINGS[noun].many}
        labels={genreLabels}
        series={charts.genres}
        xTitle={noun}
        yTitle="events"
        height={420}
        horizontal
      />
      <BarChart title="Most rated titles" labels={titles} series={charts.popular} xTitle="title" yTitle="events" height={420} horizontal />
    </section>
  );
}

const formatShare = (share: number): string => (share >= 0.01 ? `${Math.round(100 * share)} %` : '< 1 %');

function rangeLabels({ edges, counts }: Histogram): string[] {
  return counts.map((_, index) => {
    const [from, to] = [edges[index]!, edges[index + 1]!];
    return to - from <= 1 ? formatNumber(from) : `${formatNumber(from)}–${formatNumber(to - 1)}`;
  });
}

const DAY_MS = 86_400_000;

/** A day, month or year by its name; longer ones by their first and last year. */
function periodLabels({ edges, counts }: Histogram): string[] {
  return counts.map((_, index) => {
    const [from, to] = [edges[index]!, edges[index + 1]!];
    const days = Math.round((to - from) / DAY_MS);
    const day = new Date(from).toISOString();
    if (days <= 1) return day.slice(0, 10);
    if (days <= 92) return day.slice(0, 7);
    const [first, last] = [new Date(from).getUTCFullYear(), new Date(to - 1).getUTCFullYear()];
    return first === last ? String(first) : `${first}–${last}`;
  });
}
