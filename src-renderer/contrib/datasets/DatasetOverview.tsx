import { useMemo } from 'react';
import type { DatasetReport } from '../../../src-shared/dataset.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { seriesColor } from '../../state/runColors.ts';
import { BarChart } from '../../widgets/charts/BarChart.tsx';
import { formatCount, formatNumber } from '../../widgets/format.ts';
import { Figures } from './Figures.tsx';

const SHORT_TITLE = 38;
const shorten = (title: string) => (title.length > SHORT_TITLE ? `${title.slice(0, SHORT_TITLE - 1)}…` : title);

/** Counts, what a history of N events leaves for training, and the shape of the data. */
export function DatasetOverview({ report }: { report: DatasetReport }) {
  const quantiles = report.eventsPerUserQuantiles;
  const { users, items, events } = report.summary;
  return (
    <div className="page-body">
      <section className="section">
        <Figures
          figures={[
            { label: 'Events', value: formatCount(events) },
            { label: 'Users', value: formatCount(users) },
            { label: 'Items', value: formatCount(items) },
            {
              label: 'Events per user',
              value: formatNumber(quantiles.median),
              note: `${formatNumber(quantiles.min)} to ${formatCount(quantiles.max)}, median shown`,
            },
            {
              label: 'Density',
              value: `${formatNumber((100 * events) / Math.max(1, users * items))} %`,
              note: 'of all user and item pairs',
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
    </div>
  );
}

function OverviewCharts({ report }: { report: DatasetReport }) {
  const scheme = useColorScheme();
  const { eventsPerUser, ratings, genres, popularItems } = report;
  const charts = useMemo(() => {
    const one = (color: number, name: string, values: number[]) => [{ name, color: seriesColor(color, scheme), values }];
    return {
      users: one(0, 'users', eventsPerUser.counts),
      ratings: one(
        1,
        'events',
        ratings.map((share) => share.count),
      ),
      genres: one(
        2,
        'events',
        genres.map((share) => share.count),
      ),
      popular: one(
        4,
        'events',
        popularItems.map((share) => share.count),
      ),
    };
  }, [eventsPerUser, ratings, genres, popularItems, scheme]);
  const ranges = useMemo(() => eventsPerUser.counts.map((_, i) => rangeLabel(eventsPerUser.edges, i)), [eventsPerUser]);
  const ratingLabels = useMemo(() => ratings.map((share) => share.value), [ratings]);
  const genreLabels = useMemo(() => genres.map((share) => share.value), [genres]);
  const titles = useMemo(() => popularItems.map((share) => shorten(share.value)), [popularItems]);
  return (
    <div className="chart-grid">
      <BarChart title="Events per user" labels={ranges} series={charts.users} xTitle="events" yTitle="users" histogram />
      <BarChart title="Ratings" labels={ratingLabels} series={charts.ratings} xTitle="rating" yTitle="events" />
      <BarChart title="Genres" labels={genreLabels} series={charts.genres} xTitle="genre" yTitle="events" height={420} horizontal />
      <BarChart title="Most rated titles" labels={titles} series={charts.popular} xTitle="title" yTitle="events" height={420} horizontal />
    </div>
  );
}

function rangeLabel(edges: number[], index: number): string {
  const from = edges[index]!;
  const to = edges[index + 1]!;
  return to - from <= 1 ? formatNumber(from) : `${formatNumber(from)}–${formatNumber(to - 1)}`;
}
