import type { RunSummary, Stage, StageName } from '../../../src-shared/run.ts';
import { remainingSeconds, STAGE_LABELS, stageShare, useNow } from '../../state/runProgress.ts';
import { ProgressBar } from '../../widgets/controls.tsx';
import { formatCount, formatDuration, formatNumber } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';

interface StageTimelineProps {
  run: RunSummary;
  selected: StageName | null;
  onSelect(stage: StageName): void;
}

/** The stages from left to right, each with its progress; a click shows its curves. */
export function StageTimeline({ run, selected, onSelect }: StageTimelineProps) {
  const now = useNow(run.status === 'running');
  const remaining = remainingSeconds(run, now);
  return (
    <ol className="stages" aria-label="Stages">
      {run.stages.map((stage) => (
        <li key={stage.name}>
          <button
            type="button"
            className={`stage stage-${stage.status}`}
            aria-pressed={stage.name === selected}
            onClick={() => onSelect(stage.name)}
          >
            <span className="stage-name">
              <StageIcon stage={stage} run={run} />
              <span className="ellipsis">{STAGE_LABELS[stage.name]}</span>
            </span>
            <ProgressBar share={stageShare(stage)} label={`Progress of ${STAGE_LABELS[stage.name]}`} />
            <span className="stage-note">{noteOf(stage, stage.status === 'running' ? remaining : null)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}

function StageIcon({ stage, run }: { stage: Stage; run: RunSummary }) {
  if (stage.status === 'done') return <Icon name="pass" className="good" />;
  if (stage.status === 'reused') return <Icon name="history" className="good" />;
  if (stage.status === 'pending') return <Icon name="circle-large" className="muted" />;
  return run.status === 'running' ? <Icon name="sync" className="running" spin /> : <Icon name="debug-pause" className="warn" />;
}

function noteOf(stage: Stage, remaining: number | null): string {
  const unit = stage.name === 'evaluate' ? 'users' : 'steps';
  if (stage.status === 'reused') return 'reused from an equal run';
  const parts = [
    stage.status === 'done'
      ? `${formatCount(stage.steps)} ${unit}`
      : `${formatCount(stage.stepsDone)} of ${formatCount(stage.steps)} ${unit}`,
    ...(stage.seconds > 0 && remaining === null ? [formatDuration(stage.seconds)] : []),
    ...(stage.finalLoss !== null ? [`loss ${formatNumber(stage.finalLoss)}`] : []),
    ...(remaining !== null ? [`${formatDuration(remaining)} left`] : []),
  ];
  return parts.join(' · ');
}
