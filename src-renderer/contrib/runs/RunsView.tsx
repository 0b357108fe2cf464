import { type KeyboardEvent, useMemo, useState } from 'react';
import type { RunSummary } from '../../../src-shared/run.ts';
import { runShare, useNow } from '../../state/runProgress.ts';
import { datasets, isRunActive, runs } from '../../state/stores.ts';
import { Button, ErrorNote, IconButton, Loading, SearchField } from '../../widgets/controls.tsx';
import { formatAgo } from '../../widgets/format.ts';
import { StatusIcon } from '../../widgets/runStatus.tsx';
import { Tree, type TreeRow } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { showView } from '../../workbench/layout.ts';
import { openRun } from './runActions.ts';

/** With fewer, the list itself is quicker to read. */
const FILTER_FROM = 12;

/** The runs, newest first; several can be selected to compare them, also with a filter between one and the next. */
export default function RunsView() {
  const { status, value, error } = runs.use();
  const [selected, setSelected] = useState<string[]>([]);
  const now = useNow(value.some(isRunActive));
  const [filter, setFilter] = useState('');
  const found = useMemo(() => matching(value, filter), [value, filter]);
  const rows = useMemo(() => found.map((run) => rowOf(run, now)), [found, now]);
  if (status === 'failed' && value.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void runs.refresh()} />;
  if (status === 'loading') return <Loading what="runs" />;
  if (value.length === 0) return <NoRuns />;
  const known = selected.filter((id) => value.some((run) => run.id === id));
  // What the filter hides can be compared, but is not deleted unseen.
  const visible = known.filter((id) => found.some((run) => run.id === id));
  const aboutRow = (id: string) => ({ runIds: visible.includes(id) ? visible : [id] });
  return (
    <>
      {(value.length >= FILTER_FROM || filter !== '') && (
        <div className="side-search">
          <SearchField
            label="Filter runs"
            placeholder="Filter by name, dataset or status"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={leaveFilter}
          />
        </div>
      )}
      {found.length === 0 && <p className="side-empty">No run matches “{filter.trim()}”.</p>}
      <Tree
        label="Runs"
        rows={rows}
        multiple
        selected={known}
        onSelect={setSelected}
        onOpen={(id) => openRun(id, { preview: true })}
        onMenu={(id, at) => showMenu('run', aboutRow(id), at)}
        onDelete={(id) => runCommand('runs.delete', aboutRow(id))}
      />
      {known.length > 1 && (
        <div className="side-foot">
          <Button kind="primary" icon="diff-multiple" onClick={() => runCommand('comparison.compare', { runIds: known })}>
            Compare {known.length} runs
          </Button>
        </div>
      )}
    </>
  );
}

/** Runs in whose name, dataset and status every word occurs. */
function matching(runs: RunSummary[], filter: string): RunSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return runs;
  return runs.filter(({ name, datasetName, status }) => {
    const text = `${name} ${datasetName} ${status}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** From the filter down into the list. */
function leaveFilter(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown') return;
  event.preventDefault();
  event.currentTarget.closest('.side-bar')?.querySelector<HTMLElement>('[role="tree"]')?.focus();
}

function rowOf(run: RunSummary, now: number): TreeRow {
  return {
    id: run.id,
    level: 0,
    label: run.name,
    content: () => contentOf(run, now),
    ...(run.status !== 'failed' && { actions: () => actionOf(run, { runIds: [run.id] }) }),
  };
}

function contentOf(run: RunSummary, now: number) {
  const note = run.status === 'running' ? `${Math.round(runShare(run) * 100)} %` : formatAgo(run.createdAtMs, now);
  return (
    <>
      <StatusIcon status={run.status} /> <span className="tree-label ellipsis">{run.name}</span> <span className="tree-note">{note}</span>
    </>
  );
}

function actionOf(run: RunSummary, target: { runIds: string[] }) {
  const [id, icon, label] = isRunActive(run)
    ? ['runs.stop', 'debug-stop', 'Stop and save']
    : run.status === 'completed'
      ? ['comparison.compare', 'diff-multiple', 'Compare with other runs']
      : ['runs.resume', 'debug-continue', 'Resume'];
  return (
    <IconButton
      icon={icon}
      label={`${label}: ${run.name}`}
      tabIndex={-1}
      onClick={(event) => {
        event.stopPropagation();
        runCommand(id, target);
      }}
    />
  );
}

function NoRuns() {
  const hasDatasets = datasets.use((state) => state.value.length > 0);
  return (
    <div className="side-empty">
      <p>A run trains and evaluates what an experiment file describes. Nothing has been run in this workspace yet.</p>
      {hasDatasets ? (
        <Button kind="primary" icon="beaker" onClick={() => showView('experiments')}>
          Go to experiments
        </Button>
      ) : (
        <Button kind="primary" icon="cloud-download" onClick={() => runCommand('datasets.import', {})}>
          Import a dataset first
        </Button>
      )}
    </div>
  );
}
