import type { SweepPreview } from '../../../src-shared/sweep.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { Button, IconButton } from '../../widgets/controls.tsx';
import { formatBytes, formatDuration } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { sweepSeconds } from './sweepSeconds.ts';
import type { EstimateState } from './useEstimate.ts';

const WHY_NOT: Record<NonNullable<EstimateState['onRequest']>, string> = {
  busy: 'Time and memory are not measured while a run uses the machine.',
  expensive: 'Measuring time and memory of a model this large takes a minute or more.',
};

/** Time and memory of the run in one line, or how to get to know them. */
export function EstimateLine({ state, sweep }: { state: EstimateState; sweep: SweepPreview | null }) {
  const { estimate, measuring, onRequest, error } = state;
  if (measuring) {
    const what = measuring === 'preparation' ? 'preparing' : STAGE_LABELS[measuring];
    return (
      <p className="plan-estimate" role="status">
        <Icon name="loading" spin /> <span className="plan-estimate-text">Measuring some steps on this device: {what}</span>
        <Button kind="link" onClick={state.cancel}>
          Cancel
        </Button>
      </p>
    );
  }
  if (estimate) {
    const all = sweep ? `; all ${sweep.runs.length} runs about ${formatDuration(sweepSeconds(estimate, sweep))}` : '';
    const measured = `Measured on this device on ${new Date(estimate.measuredAtMs).toLocaleString('en-GB')}`;
    return (
      <p className="plan-estimate" title={sweep ? `${measured}; every run of the sweep is taken to be like the first` : measured}>
        <Icon name="watch" />
        <span className="plan-estimate-text">
          About <strong>{formatDuration(estimate.seconds)}</strong> and <strong>{formatBytes(estimate.memoryBytes)}</strong> of memory{all}
        </span>
        <IconButton icon="refresh" label="Measure again" onClick={state.measure} />
      </p>
    );
  }
  return (
    <p className="plan-estimate">
      <Icon name={error ? 'warning' : 'watch'} className={error ? 'warn' : 'muted'} />
      <span className="plan-estimate-text">{error ?? (onRequest ? WHY_NOT[onRequest] : 'Time and memory are not measured yet.')}</span>
      <Button kind="link" onClick={state.measure}>
        Measure
      </Button>
    </p>
  );
}
