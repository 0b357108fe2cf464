import { useState } from 'react';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { type DatasetView, isWholeDataset, WHOLE_DATASET } from '../../../src-shared/datasetView.ts';
import { Button, Select, TextField } from '../../widgets/controls.tsx';
import { formatCount } from '../../widgets/format.ts';
import { dataSection, NO_FIELDS, readFields, type ViewFields } from './viewFields.ts';

const DUPLICATES = [
  { value: '', label: 'All events' },
  { value: 'same-item', label: 'The first on each item' },
  { value: 'same-item-and-time', label: 'The first on an item at one time' },
];
const TEXTS: readonly [name: keyof DatasetView, label: string, placeholder: string][] = [
  ['minEventsPerUser', 'Events of a user, at least', '1'],
  ['minEventsPerItem', 'Events on an item, at least', '1'],
  ['minRating', 'Rating, at least', 'any'],
  ['from', 'From (UTC)', '2015-06-30'],
  ['until', 'Before (UTC)', '2016-06-30'],
  ['sampleUsers', 'Users drawn, at most', 'everyone'],
];

interface ViewFormProps {
  /** The whole dataset. */
  summary: DatasetSummary;
  view: DatasetView;
  /** What the view keeps, once it is counted. */
  kept: Pick<DatasetSummary, 'users' | 'events'> | null;
  onView(view: DatasetView): void;
}

/** Which part of the dataset the report is about: the options that an experiment has in its `data` section. */
export function ViewForm({ summary, view, kept, onView }: ViewFormProps) {
  const [fields, setFields] = useState<ViewFields>(NO_FIELDS);
  const read = readFields(fields);
  const errors = 'errors' in read ? read.errors : {};
  const set = (name: keyof DatasetView, text: string) => setFields({ ...fields, [name]: text });
  const reset = () => {
    setFields(NO_FIELDS);
    onView(WHOLE_DATASET);
  };
  return (
    <details className="section view-form">
      <summary>
        Part of the dataset <span className="muted section-note">{describe(summary, view, kept)}</span>
      </summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if ('view' in read) onView(read.view);
        }}
      >
        <div className="view-fields">
          {TEXTS.map(([name, label, placeholder]) => (
            <TextField
              key={name}
              label={label}
              placeholder={placeholder}
              autoComplete="off"
              value={fields[name]}
              error={errors[name]}
              onChange={(event) => set(name, event.target.value)}
            />
          ))}
          <Select
            label="Repeated events"
            options={DUPLICATES}
            value={fields.duplicates}
            onChange={(event) => set('duplicates', event.target.value)}
          />
        </div>
        <div className="view-actions">
          <Button kind="primary" type="submit" disabled={!('view' in read)}>
            Report on this part
          </Button>
          {!isWholeDataset(view) && <Button onClick={reset}>Whole dataset</Button>}
        </div>
      </form>
      {!isWholeDataset(view) && (
        <p className="muted">
          In an experiment file: <code>{dataSection(view)}</code>
        </p>
      )}
    </details>
  );
}

function describe(summary: DatasetSummary, view: DatasetView, kept: ViewFormProps['kept']): string {
  if (isWholeDataset(view)) return 'the report below is about all of it';
  if (!kept) return 'being counted';
  const share = (part: number, whole: number) => `${formatCount(part)} of ${formatCount(whole)}`;
  return `${share(kept.events, summary.events)} events, ${share(kept.users, summary.users)} users`;
}
