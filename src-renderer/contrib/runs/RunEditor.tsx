import { useMemo, useState } from 'react';
import type { RunDetail, RunSummary, StageName } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { useNow } from '../../state/runProgress.ts';
import { isRunActive, isRunResumable, runs, useRun } from '../../state/stores.ts';
import { isTrained } from '../../state/trainedRuns.ts';
import { Button, EmptyState, ErrorNote, IconButton, Loading, Note } from '../../widgets/controls.tsx';
import { formatDateTime, formatDuration } from '../../widgets/format.ts';
import { StatusPill } from '../../widgets/runStatus.tsx';
import { TabBody, Tabs } from '../../widgets/Tabs.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { type EditorProps, registry } from '../../workbench/registry.ts';
import { RunCurves } from './RunCurves.tsx';
import { RunCheckpoints, RunConfig, RunEnvironment, RunLog } from './RunFacts.tsx';
import { RunMetrics } from './RunMetrics.tsx';
import { RunSamples } from './RunSamples.tsx';
import { StageTimeline } from './StageTimeline.tsx';

/** One run: what it does now, its curves, results, samples, configuration and log. */
export default function RunEditor(props: EditorProps) {
  const runId = String(props.params.runId);
  const run = useRun(runId);
  const listed = runs.use((state) => state.status === 'ready');
  const version = run ? `${run.status}/${run.stages.map((stage) => stage.status).join()}/${run.metricCount}` : '';
  const detail = useQuery(run ? `${runId}/${version}` : null, () => call('runs.get', { runId }));
  const [latest, setLatest] = useState<RunDetail | null>(null);
  if (detail.value && detail.value !== latest) setLatest(detail.value);
  if (!run) return listed ? <Gone /> : <Loading what="the run" />;
  return (
    <div className="page page-fill">
      <RunHeader run={run} />
      <RunBody run={run} detail={latest} error={detail.error} onRetry={detail.reload} editor={props} />
    </div>
  );
}

function Gone() {
  return (
    <EmptyState icon="trash" title="This run has been deleted">
      Close this tab, or open another run from the Runs view.
    </EmptyState>
  );
}

function RunHeader({ run }: { run: RunSummary }) {
  const target = { runIds: [run.id] };
  const now = useNow(isRunActive(run));
  const end = run.finishedAtMs ?? (isRunActive(run) ? now : null);
  const started = run.startedAtMs;
  return (
    <header className="page-head run-head">
      <div className="run-title">
        <h1>{run.name}</h1>
        <div className="run-facts">
          <StatusPill status={run.status} />
          <button
            type="button"
            className="button button-link"
            onClick={() => runCommand('datasets.open', { datasetName: run.datasetName })}
          >
            {run.datasetName}
          </button>
          <span>{run.task}</span>
          {started !== null && <span>started {formatDateTime(started)}</span>}
          {started !== null && end !== null && <span className="numeric">{formatDuration((end - started) / 1000)}</span>}
        </div>
      </div>
      <div className="page-actions">
        {isRunActive(run) && (
          <Button icon="debug-stop" onClick={() => runCommand('runs.stop', target)}>
            {run.status === 'running' ? 'Stop and save' : 'Stop'}
          </Button>
        )}
        {run.status === 'running' && (
          <Button icon="stop-circle" title="Stop without saving a checkpoint" onClick={() => runCommand('runs.stopWithoutSaving', target)}>
            Stop
          </Button>
        )}
        {isRunResumable(run) && (
          <Button kind="primary" icon="debug-continue" onClick={() => runCommand('runs.resume', target)}>
            Resume
          </Button>
        )}
        {isTrained(run) && (
          <Button icon="comment-discussion" onClick={() => runCommand('playground.open', target)}>
            Playground
          </Button>
        )}
        <Button icon="copy" onClick={() => runCommand('runs.duplicate', target)}>
          Duplicate
        </Button>
        <IconButton
          icon="ellipsis"
          label="More actions for this run"
          aria-haspopup="menu"
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            showMenu('run', target, { x: box.left, y: box.bottom });
          }}
        />
      </div>
    </header>
  );
}

interface RunBodyProps {
  run: RunSummary;
  detail: RunDetail | null;
  error: string | null;
  onRetry(): void;
  editor: EditorProps;
}

const LABEL = 'Run';

function RunBody({ run, detail, error, onRetry, editor }: RunBodyProps) {
  const [tab, setTab] = useState('curves');
  const [stage, setStage] = useState<StageName | null>(null);
  const extra = useMemo(() => registry.editorTabs('run').filter((each) => each.visible?.({ runIds: [run.id] }) ?? true), [run.id]);
  const tabs = [
    { id: 'curves', label: 'Curves' },
    { id: 'metrics', label: 'Metrics' },
    ...extra.map(({ id, label }) => ({ id, label })),
    { id: 'samples', label: 'Samples' },
    { id: 'config', label: 'Configuration' },
    { id: 'log', label: 'Log' },
    { id: 'checkpoints', label: 'Checkpoints' },
    { id: 'environment', label: 'Environment' },
  ];
  const contributed = extra.find((each) => each.id === tab);
  const showStage = (name: StageName) => {
    setStage(name);
    setTab('curves');
  };
  return (
    <>
      <StageTimeline run={run} selected={tab === 'curves' ? stage : null} onSelect={showStage} />
      {run.reason && (
        <div className="run-reason">
          <Note kind={run.status === 'failed' ? 'bad' : 'warn'}>{run.reason}</Note>
        </div>
      )}
      {error && (
        <div className="run-reason">
          <ErrorNote message={error} onRetry={onRetry} />
        </div>
      )}
      <Tabs label={LABEL} tabs={tabs} active={tab} onChange={setTab} />
      <TabBody label={LABEL} id={tab} key={tab} className={FILLED.has(tab) ? 'tab-fill' : ''}>
        {tab === 'curves' && <RunCurves run={run} resumedAt={detail?.resumedAt ?? []} stage={stage} onStage={setStage} />}
        {tab === 'log' && <RunLog run={run} />}
        {contributed && <contributed.component {...editor} />}
        {DETAIL_TABS[tab] && (detail ? DETAIL_TABS[tab](detail) : <Loading what="the run" />)}
      </TabBody>
    </>
  );
}

const FILLED = new Set(['config', 'log']);
const DETAIL_TABS: Record<string, (detail: RunDetail) => React.ReactNode> = {
  metrics: (detail) => <RunMetrics run={detail} />,
  samples: (detail) => <RunSamples run={detail} />,
  config: (detail) => <RunConfig run={detail} />,
  checkpoints: (detail) => <RunCheckpoints run={detail} />,
  environment: (detail) => <RunEnvironment run={detail} />,
};
