import type { ReactNode } from 'react';
import type { RunSummary } from '../../../src-shared/run.ts';
import { useNow } from '../../state/runProgress.ts';
import { exports, imports, isImportActive, isRunActive, runs } from '../../state/stores.ts';
import { Button, ProgressBar } from '../../widgets/controls.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { StatusIcon } from '../../widgets/runStatus.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { exportJob, importJob, type Job, runJob } from '../../workbench/jobs.ts';
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
        <DatasetJob
          key={progress.importId}
          job={importJob(progress)}
          onCancel={() => runCommand('datasets.cancelImport', { importId: progress.importId })}
        />
      ))}
      {exporting.map((progress) => (
        <DatasetJob
          key={progress.exportId}
          job={exportJob(progress)}
          onCancel={() => runCommand('datasets.cancelExport', { exportId: progress.exportId })}
        />
      ))}
      {active.map((run) => (
        <RunJob key={run.id} run={run} now={now} />
      ))}
    </ul>
  );
}

interface JobRowProps {
  job: Job;
  icon: ReactNode;
  title: ReactNode;
  cancel: { label: string; run(): void };
}

function JobRow({ job, icon, title, cancel }: JobRowProps) {
  return (
    <li className="job">
      {icon}
      {title}
      <ProgressBar share={job.share} label={`Progress of ${job.title}`} />
      <span className="muted ellipsis numeric">{job.note}</span>
      <Button onClick={cancel.run}>{cancel.label}</Button>
    </li>
  );
}

/** An import or an export. */
function DatasetJob({ job, onCancel }: { job: Job; onCancel(): void }) {
  return (
    <JobRow
      job={job}
      icon={<Icon name="sync" className="running" spin />}
      title={<span className="ellipsis">{job.title}</span>}
      cancel={{ label: 'Cancel', run: onCancel }}
    />
  );
}

function RunJob({ run, now }: { run: RunSummary; now: number }) {
  const job = runJob(run, now);
  return (
    <JobRow
      job={job}
      icon={<StatusIcon status={run.status} />}
      title={
        <button type="button" className="button button-link ellipsis" onClick={() => openRun(run.id)}>
          {job.title}
        </button>
      }
      cancel={{ label: 'Stop and save', run: () => runCommand('runs.stop', { runIds: [run.id] }) }}
    />
  );
}
