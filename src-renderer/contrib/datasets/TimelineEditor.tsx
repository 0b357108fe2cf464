import { useMemo } from 'react';
import type { CategoryNoun, TimelineEvent } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { seriesColor } from '../../state/runColors.ts';
import { BarChart } from '../../widgets/charts/BarChart.tsx';
import { Button, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf, formatDate, formatDateTime } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { CATEGORY_HEADINGS, useCategoryNoun, withCategoryHeading } from './categories.ts';

interface NumberedEvent extends TimelineEvent {
  number: number;
}

const TOP_GENRES = 12;
const COLUMNS: DataColumn<NumberedEvent>[] = [
  {
    id: 'number',
    header: '#',
    width: 56,
    align: 'end',
    value: (event) => event.number,
    cell: (event) => <span className="muted">{event.number}</span>,
  },
  { id: 'time', header: 'When', width: 150, value: (event) => event.timestampMs, cell: (event) => formatDateTime(event.timestampMs) },
  {
    id: 'title',
    header: 'Title',
    value: (event) => event.title,
    cell: (event) => (
      <span className="ellipsis" title={event.title}>
        {event.title}
      </span>
    ),
  },
  { id: 'genre', header: 'Genre', width: 120, value: (event) => event.genre },
  { id: 'rating', header: 'Rating', width: 70, align: 'end', value: (event) => Number(event.rating), cell: (event) => event.rating },
];

/** What one user did, in order. */
export default function TimelineEditor({ params }: EditorProps) {
  const name = String(params.name);
  const userId = Number(params.userId);
  const noun = useCategoryNoun(name);
  const columns = useMemo(() => withCategoryHeading(COLUMNS, noun), [noun]);
  const timeline = useQuery(`timeline:${name}/${userId}`, () => call('datasets.timeline', { name, userId }));
  const rows = useMemo(
    () => (timeline.value ?? []).map((event, index): NumberedEvent => ({ ...event, number: index + 1 })),
    [timeline.value],
  );
  if (timeline.error) return <ErrorNote message={timeline.error} onRetry={timeline.reload} />;
  if (!timeline.value) return <Loading what="the timeline" />;
  const first = rows[0];
  const last = rows.at(-1);
  return (
    <div className="page page-fill">
      <header className="page-head">
        <div className="run-title">
          <h1>User number {userId}</h1>
          <div className="run-facts">
            <span>{countOf(rows.length, 'event')}</span>
            {first && last && (
              <span>
                {formatDate(first.timestampMs)} to {formatDate(last.timestampMs)}
              </span>
            )}
            <Button kind="link" onClick={() => runCommand('datasets.open', { datasetName: name })}>
              {name}
            </Button>
          </div>
        </div>
      </header>
      <div className="timeline">
        <DataTable label={`Timeline of user ${userId}`} columns={columns} rows={rows} rowId={(event) => String(event.number)} />
        <GenreChart rows={rows} noun={noun} />
      </div>
    </div>
  );
}

function GenreChart({ rows, noun }: { rows: NumberedEvent[]; noun: CategoryNoun }) {
  const scheme = useColorScheme();
  const { labels, series } = useMemo(() => {
    const counts = new Map<string, number>();
    for (const { genre } of rows) counts.set(genre, (counts.get(genre) ?? 0) + 1);
    const top = [...counts].sort((a, b) => b[1] - a[1]).slice(0, TOP_GENRES);
    return {
      labels: top.map(([genre]) => genre),
      series: [{ name: 'events', color: seriesColor(0, scheme), values: top.map(([, count]) => count) }],
    };
  }, [rows, scheme]);
  return (
    <div className="timeline-side">
      <BarChart
        title={`${CATEGORY_HEADINGS[noun].many} of this user`}
        labels={labels}
        series={series}
        xTitle={noun}
        yTitle="events"
        height={320}
        horizontal
      />
    </div>
  );
}
