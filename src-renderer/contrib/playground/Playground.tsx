import { type ReactNode, useEffect, useRef } from 'react';
import type { HistoryEvent, UserHistory } from '../../../src-shared/history.ts';
import type { RunSummary } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { Button, ErrorNote, Loading, Select, TextField, Toggle } from '../../widgets/controls.tsx';
import { UserPick } from '../../widgets/UserPick.tsx';
import { COLUMN_IDS, COLUMN_LABELS, type ColumnId, hasGates, requestOf, type Setting } from './columns.ts';
import { GateSlider } from './GateSlider.tsx';
import { type AddedItems, HistoryList } from './HistoryList.tsx';
import { PlaygroundColumn } from './PlaygroundColumn.tsx';
import { type PlaygroundState, usePlaygroundState } from './playgroundState.ts';
import { useWriting } from './useWriting.ts';

interface PlaygroundProps {
  run: RunSummary;
  /** Of the run's dataset. */
  fingerprint: string;
  integration: Setting['integration'];
  /** What it begins with. */
  initial: PlaygroundState;
  /** Other runs whose model may read the history as text. */
  textRuns: RunSummary[];
}

const NOTHING_ADDED: AddedItems = {};
/** Waits for the slider to rest. */
const REWRITE_AFTER_MS = 250;

export function Playground({ run, fingerprint, integration, initial, textRuns }: PlaygroundProps) {
  const [state, change] = usePlaygroundState({ runId: run.id, fingerprint }, initial);
  const { userId, anotherUserId, edited, gateScale, form } = state;
  const textRunId = textRuns.some(({ id }) => id === state.textRunId) ? state.textRunId : run.id;
  const own = useQuery(`history:${run.id}/${userId}`, () => call('runs.history', { runId: run.id, userId }));
  const { columns, writing, write, stop } = useWriting();
  const editedHere = edited?.userId === userId ? edited : null;
  const history = own.value ? (editedHere?.events ?? ownEvents(own.value)) : [];
  const setting: Setting | null = own.value && {
    runId: run.id,
    integration,
    userId,
    history: editedHere?.events ?? null,
    own: own.value,
    anotherUserId,
    textRunId,
    gateScale,
  };
  const prompt = form.prompt ?? own.value?.taskPrompt ?? '';
  const options = {
    prompt,
    closed: run.task !== 'review',
    maxTokens: Number(form.maxTokens),
    temperature: Number(form.temperature),
    seed: Number(form.seed),
  };
  const isValid =
    setting !== null && prompt !== '' && isWhole(options.maxTokens, 1) && isWhole(options.seed, 0) && options.temperature >= 0;
  const shown = COLUMN_IDS.filter((column) => !state.hidden.includes(column));
  const start = () => {
    if (!isValid || !setting) return;
    void write(
      shown.flatMap((column) => {
        const request = requestOf(column, setting);
        return request ? [[column, request] as [ColumnId, typeof request]] : [];
      }),
      options,
    );
  };
  const startLatest = useRef(start);
  startLatest.current = start;
  const hasWritten = Object.keys(columns).length > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another gate scale writes anew, nothing else does
  useEffect(() => {
    if (!hasWritten) return;
    const timer = setTimeout(() => startLatest.current(), REWRITE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [gateScale]);
  if (own.error) return <ErrorNote message={own.error} onRetry={own.reload} />;
  const heads: Record<ColumnId, ReactNode> = {
    personalised: (
      <span>
        User number {userId}
        {editedHere && ', edited'}
        {gateScale !== 1 && `, gates × ${gateScale}`}
      </span>
    ),
    unpersonalised: <span>The same model for nobody</span>,
    another: (
      <UserPick label="Another user" datasetName={run.datasetName} userId={anotherUserId} onPick={(id) => change({ anotherUserId: id })} />
    ),
    'text-prompt': (
      <Select
        label="Reads the history as text"
        value={textRunId}
        options={[{ value: run.id, label: 'this model' }, ...textRuns.map(({ id, name }) => ({ value: id, label: name }))]}
        onChange={(event) => change({ textRunId: event.target.value })}
      />
    ),
  };
  const pieces = (column: ColumnId) => (shown.includes(column) ? columns[column]?.pieces : undefined);
  return (
    <form
      className="play"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) start();
      }}
    >
      <aside className="play-side">
        <UserPick label="User" datasetName={run.datasetName} userId={userId} onPick={(id) => change({ userId: id })} />
        {own.value ? (
          <HistoryList
            datasetName={run.datasetName}
            own={own.value}
            history={history}
            isEdited={editedHere !== null}
            added={editedHere?.added ?? NOTHING_ADDED}
            onChange={(events, added) => change({ edited: { userId, events, added } })}
            onReset={() => change({ edited: null })}
          />
        ) : (
          <Loading what="the history" />
        )}
      </aside>
      <div className="play-main">
        <div className="play-controls">
          <TextField
            className="play-prompt-field"
            label="Prompt"
            value={prompt}
            onChange={(event) => change({ form: { ...form, prompt: event.target.value } })}
          />
          <TextField
            label="Tokens"
            title="At most"
            inputMode="numeric"
            value={form.maxTokens}
            onChange={(event) => change({ form: { ...form, maxTokens: event.target.value } })}
          />
          <TextField
            label="Temperature"
            inputMode="decimal"
            value={form.temperature}
            onChange={(event) => change({ form: { ...form, temperature: event.target.value } })}
          />
          <TextField
            label="Seed"
            inputMode="numeric"
            value={form.seed}
            onChange={(event) => change({ form: { ...form, seed: event.target.value } })}
          />
          {writing ? (
            <Button icon="debug-stop" onClick={stop}>
              Stop
            </Button>
          ) : (
            <Button kind="primary" icon="play" type="submit" disabled={!isValid} title="Ctrl+Enter">
              Write
            </Button>
          )}
        </div>
        <div className="play-controls">
          <GateSlider value={gateScale} enabled={hasGates({ integration })} onChange={(scale) => change({ gateScale: scale })} />
          <fieldset className="play-shown">
            <legend className="visually-hidden">Columns</legend>
            {COLUMN_IDS.slice(1).map((column) => (
              <Toggle
                key={column}
                label={COLUMN_LABELS[column]}
                checked={!state.hidden.includes(column)}
                onChange={(checked) => change({ hidden: [...state.hidden.filter((id) => id !== column), ...(checked ? [] : [column])] })}
              />
            ))}
          </fieldset>
        </div>
        <p className="muted play-legend">
          <mark>Marked</mark> tokens differ from the personalised text; there, from the column beside it. All columns share the seed.
        </p>
        <div className="play-columns">
          {shown.map((column) => (
            <PlaygroundColumn
              key={column}
              title={COLUMN_LABELS[column]}
              head={heads[column]}
              written={columns[column]}
              reference={column === 'personalised' ? shown[1] && pieces(shown[1]) : pieces('personalised')}
            />
          ))}
        </div>
      </div>
    </form>
  );
}

const ownEvents = ({ events }: UserHistory): HistoryEvent[] => events.map((_, eventIndex) => ({ eventIndex }));
const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least;
