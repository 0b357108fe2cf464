import { useState } from 'react';
import type { RunDetail, Sample } from '../../../src-shared/run.ts';
import { isRunActive } from '../../state/stores.ts';
import { EmptyState, SearchField, Select } from '../../widgets/controls.tsx';
import { countOf, formatNumber } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { runCommand } from '../../workbench/commands.ts';

const SHOWN = 60;
const normalise = (text: string) => text.normalize('NFKC').trim().toLowerCase();

/** Place of the right answer among the predictions, from 1; null when it is not there. */
function placeOf(sample: Sample): number | null {
  const at = sample.predictions.findIndex((prediction) => normalise(prediction.text) === normalise(sample.target));
  return at < 0 ? null : at + 1;
}

/** Nobody writes a review word for word: without a catalogue there is no right or wrong. */
const hasRightAnswer = (sample: Sample) => sample.predictions.every((prediction) => prediction.inCatalogue !== null);

const FILTERS: Record<string, { label: string; keep(sample: Sample): boolean }> = {
  all: { label: 'all', keep: () => true },
  right: { label: 'right first', keep: (sample) => placeOf(sample) === 1 },
  found: { label: 'right among the predictions', keep: (sample) => placeOf(sample) !== null },
  wrong: { label: 'never right', keep: (sample) => placeOf(sample) === null },
  off: { label: 'with off-catalogue texts', keep: (sample) => sample.predictions.some((each) => each.inCatalogue === false) },
};

/** What the model wrote for test users, beside the truth. */
export function RunSamples({ run }: { run: RunDetail }) {
  const [filter, setFilter] = useState('all');
  const [search, setSearch] = useState('');
  if (run.samples.length === 0) {
    return (
      <EmptyState icon="comment-discussion" title="No samples yet">
        {isRunActive(run) ? 'The evaluation stage keeps some of what the model writes.' : 'This run ended before it was evaluated.'}
      </EmptyState>
    );
  }
  const wanted = normalise(search);
  const kept = run.samples.filter((sample) => FILTERS[filter]!.keep(sample) && textOf(sample).includes(wanted));
  return (
    <div className="page-body">
      <div className="curves-bar">
        <Select
          inline
          label="Show"
          value={filter}
          options={Object.entries(run.samples.every(hasRightAnswer) ? FILTERS : { all: FILTERS.all! }).map(([value, { label }]) => ({
            value,
            label,
          }))}
          onChange={(event) => setFilter(event.target.value)}
        />
        <SearchField label="Search titles and prompts" value={search} onChange={(event) => setSearch(event.target.value)} />
        <span className="muted">{countOf(kept.length, 'sample')}</span>
      </div>
      <ul className="samples">
        {kept.slice(0, SHOWN).map((sample) => (
          <SampleCard key={`${sample.userId}/${sample.target}`} sample={sample} datasetName={run.datasetName} />
        ))}
      </ul>
      {kept.length > SHOWN && <p className="muted">The first {SHOWN} are shown; narrow the search to see others.</p>}
    </div>
  );
}

const textOf = (sample: Sample) => normalise([sample.prompt, sample.target, ...sample.predictions.map((each) => each.text)].join('\n'));

function SampleCard({ sample, datasetName }: { sample: Sample; datasetName: string }) {
  const place = placeOf(sample);
  const openUser = () => runCommand('datasets.openUser', { datasetName, userId: sample.userId });
  return (
    <li className="sample">
      <div className="sample-head">
        <button type="button" className="button button-link" onClick={openUser}>
          User {sample.userId}
        </button>
        {hasRightAnswer(sample) && (
          <span className={place === 1 ? 'good' : place ? 'warn' : 'bad'}>
            {place === 1 ? 'right' : place ? `right at place ${place}` : 'not found'}
          </span>
        )}
      </div>
      <p className="sample-prompt" title={sample.prompt}>
        {sample.prompt}
      </p>
      <p className="sample-target">
        <span className="muted">Truth</span> {sample.target}
      </p>
      <ol className="sample-list">
        {sample.predictions.map((prediction, index) => {
          const right = normalise(prediction.text) === normalise(sample.target);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same text may be predicted twice; the rank is its identity
            <li key={index} className={right ? 'sample-right' : ''}>
              <Icon name={right ? 'pass-filled' : 'circle-small'} className={right ? 'good' : 'muted'} />
              <span className="ellipsis" title={prediction.text}>
                {prediction.text === '' ? <i className="muted">empty text</i> : prediction.text}
              </span>
              {prediction.inCatalogue === false && <span className="off-catalogue">off catalogue</span>}
              <span className="muted numeric sample-score">{formatNumber(prediction.score)}</span>
            </li>
          );
        })}
      </ol>
    </li>
  );
}
