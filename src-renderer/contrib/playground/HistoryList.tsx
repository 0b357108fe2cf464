import { useState } from 'react';
import type { HistoryEvent, UserHistory } from '../../../src-shared/history.ts';
import { call } from '../../state/backend.ts';
import { Button, IconButton, Select } from '../../widgets/controls.tsx';
import { countOf, formatDate } from '../../widgets/format.ts';
import { type Choice, SearchPick } from '../../widgets/SearchPick.tsx';

/** Titles of items that were added, by ItemId. */
export type AddedItems = Readonly<Record<string, string>>;

interface HistoryListProps {
  datasetName: string;
  own: UserHistory;
  /** In time order. */
  history: readonly HistoryEvent[];
  isEdited: boolean;
  added: AddedItems;
  onChange(history: HistoryEvent[], added: AddedItems): void;
  onReset(): void;
}

const SHOWN = 200;
const FOUND = 8;

/** What the user has done, newest first; events can be taken away and added. */
export function HistoryList({ datasetName, own, history, isEdited, added, onChange, onReset }: HistoryListProps) {
  const read = Math.max(own.embeddedEvents, own.promptedEvents);
  const rows = history.map((event, place) => ({ event, place, ...describe(event, own, added) })).toReversed();
  return (
    <section className="play-history" aria-label="History">
      <div className="section-head">
        <h2>History</h2>
        <span className="muted">
          {countOf(history.length, 'event')}, the last {read} are read
        </span>
        {isEdited && (
          <Button kind="link" onClick={onReset}>
            Undo all changes
          </Button>
        )}
      </div>
      <AddEvent
        datasetName={datasetName}
        ratings={own.ratings}
        onAdd={(event, title) => onChange([...history, event], { ...added, [event.itemId]: title })}
      />
      {history.length === 0 && <p className="muted">Nothing is left: the model writes as for nobody.</p>}
      <ol className="play-events" reversed start={history.length}>
        {rows.slice(0, SHOWN).map(({ event, place, title, note, isAdded }, at) => (
          <li
            key={`${'eventIndex' in event ? event.eventIndex : `added ${event.itemId}`}/${place}`}
            className={at >= read ? 'play-unread' : ''}
          >
            <span className="play-event">
              <span className="ellipsis" title={title}>
                {title}
              </span>
              <span className="play-event-note">
                {isAdded && <b className="good">added · </b>}
                {note}
              </span>
            </span>
            <IconButton
              icon="close"
              label={`Remove ${title}`}
              onClick={() =>
                onChange(
                  history.filter((_, other) => other !== place),
                  added,
                )
              }
            />
          </li>
        ))}
      </ol>
      {rows.length > SHOWN && <p className="muted">{countOf(rows.length - SHOWN, 'older event')} not shown.</p>}
    </section>
  );
}

function describe(event: HistoryEvent, own: UserHistory, added: AddedItems): { title: string; note: string; isAdded: boolean } {
  if (!('eventIndex' in event))
    return { title: added[event.itemId] ?? `item ${event.itemId}`, note: `rated ${event.rating}`, isAdded: true };
  const { title, genre, rating, timestampMs } = own.events[event.eventIndex]!;
  return { title, note: [genre, rating && `rated ${rating}`, formatDate(timestampMs)].filter(Boolean).join(' · '), isAdded: false };
}

interface AddEventProps {
  datasetName: string;
  ratings: readonly string[];
  onAdd(event: { itemId: number; rating: string }, title: string): void;
}

function AddEvent({ datasetName, ratings, onAdd }: AddEventProps) {
  const [rating, setRating] = useState(ratings.at(-1) ?? '');
  const [titles, setTitles] = useState<ReadonlyMap<string, string>>(new Map());
  const search = async (text: string): Promise<Choice[]> => {
    const { rows } = await call('datasets.items', { name: datasetName, search: text, descending: true, limit: FOUND });
    setTitles(new Map(rows.map((item) => [String(item.itemId), item.title])));
    return rows.map((item) => ({ id: String(item.itemId), label: item.title, note: item.genre }));
  };
  return (
    <div className="play-add">
      <SearchPick
        label="Add an event"
        placeholder="Search titles"
        source={`items of ${datasetName}`}
        search={search}
        onPick={(id) => onAdd({ itemId: Number(id), rating }, titles.get(id) ?? id)}
      />
      {ratings.length > 0 && (
        <Select
          label="Rating"
          value={rating}
          options={ratings.map((value) => ({ value, label: value }))}
          onChange={(event) => setRating(event.target.value)}
        />
      )}
    </div>
  );
}
