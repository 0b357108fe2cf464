import type { ExportProgress, ImportProgress } from '../../../src-shared/dataset.ts';
import type { RunSummary } from '../../../src-shared/run.ts';
import { activeStage, remainingSeconds, runShare, STAGE_LABELS, useNow } from '../../state/runProgress.ts';
import { exports, imports, isImportActive, isRunActive, runs } from '../../state/stores.ts';
import { Button, ProgressBar } from '../../widgets/controls.tsx';
import { formatCount, formatDuration } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { StatusIcon } from '../../widgets/runStatus.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openRun } from './runActions.ts';

/** Everything under way, with progress and a way to end it. */
export default function JobsPanel() {
  const allRuns = runs.use((state) => state.value);
  const allImports = imports.use((state) => state.value);
  const exporting = exports.use((state) => state.value);
  const active = allRuns.filter(isRunActive);
  const importing = allImports.filter(isImportActive);
  const now = useNow(active.length > 0);
  if (active.length + importing.length + exporting.length === 0) {
    return <p className="padded muted">Nothing is running. Imports, exports and runs that are under way appear here.</p>;
  }
  return (
    <ul className="jobs">
      {importing.map((progress) => (
        <ImportJob key={progress.importId} progress={progress} />
      ))}
      {exporting.map((progress) => (
        <ExportJob key={progress.exportId} progress={progress} />
      ))}
      {active.map((run) => (
        <RunJob key={run.id} run={run} now={now} />
      ))}
    </ul>
  );
}

function ImportJob({ progress }: { progress: ImportProgress }) {
  const share = progress.totalRows ? progress.rows / progress.totalRows : null;
  return (
    <li className="job">
      <Icon name="sync" className="running" spin />
      <span className="ellipsis">Import {progress.name}</span>
      <ProgressBar share={share} label={`Import of ${progress.name}`} />
      <span className="muted ellipsis numeric">
        {progress.phase}, {formatCount(progress.rows)} rows
      </span>
      <Button onClick={() => runCommand('datasets.cancelImport', { importId: progress.importId })}>Cancel</Button>
    </li>
  );
}

function ExportJob({ progress: { exportId, name, phase, events, totalEvents } }: { progress: ExportProgress }) {
  return (
    <li className="job">
      <Icon name="sync" className="running" spin />
      <span className="ellipsis">Export {name}</span>
      <ProgressBar share={totalEvents > 0 ? events / totalEvents : null} label={`Export of ${name}`} />
      <span className="muted ellipsis numeric">
        {phase}, {formatCount(events)} events
      </span>
      <Button onClick={() => runCommand('datasets.cancelExport', { exportId })}>Cancel</Button>
    </li>
  );
}

function RunJob({ run, now }: { run: RunSummary; now: number }) {
  const stage = activeStage(run);
  const left = remainingSeconds(run, now);
  const note = stage
    ? `${STAGE_LABELS[stage.name]}, ${formatCount(stage.stepsDone)} of ${formatCount(stage.steps)}${left === null ? '' : `, ${formatDuration(left)} left`}`
    : run.status;
  return (
    <li className="job">
      <StatusIcon status={run.status} />
      <button type="button" className="button button-link ellipsis" onClick={() => openRun(run.id)}>
        {run.name}
      </button>
      <ProgressBar share={runShare(run)} label={`Progress of ${run.name}`} />
      <span className="muted ellipsis numeric">{note}</span>
      <Button onClick={() => runCommand('runs.stop', { runIds: [run.id] })}>Stop</Button>
    </li>
  );
}
