import { activeStage, remainingSeconds, runShare, STAGE_LABELS, useNow } from '../../state/runProgress.ts';
import { isRunActive, runs } from '../../state/stores.ts';
import { countOf, formatDuration } from '../../widgets/format.ts';
import { showPanel } from '../../workbench/layout.ts';
import { StatusEntry } from '../../workbench/StatusBar.tsx';
import { useActiveJobs } from './JobsBadge.tsx';

/** Status bar: what is running and how far it is. */
export function RunsStatus() {
  const jobs = useActiveJobs();
  const list = runs.use((state) => state.value);
  const first = list.find((run) => run.status === 'running') ?? list.find(isRunActive);
  const now = useNow(jobs > 0);
  if (jobs === 0) {
    return (
      <StatusEntry icon="server-process" title="No running jobs. Show the Jobs panel" onClick={() => showPanel('jobs')}>
        No jobs
      </StatusEntry>
    );
  }
  const stage = first && activeStage(first);
  const left = first ? remainingSeconds(first, now) : null;
  const parts = [
    countOf(jobs, 'job'),
    ...(first ? [`${Math.round(runShare(first) * 100)} %`] : []),
    ...(left !== null ? [`${formatDuration(left)} left in ${STAGE_LABELS[stage!.name].toLowerCase()}`] : []),
  ];
  return (
    <StatusEntry icon="sync" spin title={`${parts.join(', ')}. Show the Jobs panel`} onClick={() => showPanel('jobs')}>
      {parts.join(' · ')}
    </StatusEntry>
  );
}
