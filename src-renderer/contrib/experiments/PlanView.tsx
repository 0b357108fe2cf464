import type { Plan } from '../../../src-shared/contract.ts';
import type { Estimate, StageEstimate } from '../../../src-shared/estimate.ts';
import type { Problem } from '../../../src-shared/experiment.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { formatBytes, formatCompact, formatCount, formatDuration, formatFlops } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { ParameterTable } from '../../widgets/ParameterTable.tsx';
import { EstimateLine } from './EstimateLine.tsx';
import { SweepView } from './SweepView.tsx';
import type { EstimateState } from './useEstimate.ts';
import type { Validation } from './useValidation.ts';

interface PlanViewProps {
  validation: Validation;
  estimate: EstimateState;
  onProblem(problem: Problem): void;
}

/** What the experiment would do and what that takes on this device: stages, parameters, tokens and compute; or what keeps it from running. */
export function PlanView({ validation, estimate, onProblem }: PlanViewProps) {
  const { plan, problems, sweep, stale, error } = validation;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="plan" aria-label="Plan" tabIndex={0}>
      <h2>Plan</h2>
      {error && <ErrorNote message={error} />}
      {problems.length > 0 && (
        <ul className="plan-problems">
          {problems.map((problem) => (
            <li key={`${problem.line}:${problem.column}:${problem.message}`}>
              <button type="button" className="plan-problem" onClick={() => onProblem(problem)}>
                <Icon name={problem.severity === 'error' ? 'error' : 'warning'} className={problem.severity === 'error' ? 'bad' : 'warn'} />
                <span>{problem.message}</span>
                <span className="muted">line {problem.line}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {plan ? (
        <div className={stale ? 'plan-stale' : ''}>
          {problems.length > 0 && <p className="muted plan-note">The plan of the last text without errors:</p>}
          {sweep && <SweepView sweep={sweep} />}
          {sweep && <p className="muted plan-note">Of the first run:</p>}
          <PlannedData data={plan.data} />
          <EstimateLine state={estimate} sweep={sweep} />
          <Stages plan={plan} estimate={estimate.estimate} />
          <ParameterTable parameters={plan.parameters} format={formatCompact} className="plan-table" />
        </div>
      ) : problems.length === 0 && !error ? (
        <Loading what="the plan" />
      ) : (
        <p className="muted">The plan appears when the problems are mended.</p>
      )}
    </section>
  );
}

/** Who takes part, and whom the data section leaves out. */
function PlannedData({ data: { users, events, dataset } }: { data: Plan['data'] }) {
  const part = (kept: number, all: number, what: string) =>
    kept === all ? `all ${formatCount(all)} ${what}` : `${formatCount(kept)} of ${formatCount(all)} ${what}`;
  return (
    <p className="plan-data">
      <Icon name="database" /> {part(users, dataset.users, 'users')}, {part(events, dataset.events, 'events')}
    </p>
  );
}

function Stages({ plan, estimate }: { plan: Plan; estimate: Estimate | null }) {
  const tokens = plan.stages.reduce((sum, stage) => sum + stage.tokens, 0);
  const flops = plan.stages.reduce((sum, stage) => sum + stage.flops, 0);
  return (
    <table className={`grid-table plan-table plan-stages ${estimate ? 'plan-estimated' : ''}`}>
      <caption className="visually-hidden">Stages</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          {['Steps', 'Tokens', 'Compute', ...(estimate ? ['Time', 'Memory'] : [])].map((title) => (
            <th key={title} scope="col" className={`end plan-${title.toLowerCase()}`}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {plan.stages.map((stage) => (
          <tr key={stage.name} title={`${formatCount(stage.examples)} examples`}>
            <th scope="row">{STAGE_LABELS[stage.name as keyof typeof STAGE_LABELS] ?? stage.name}</th>
            <td className="end plan-steps">{formatCompact(stage.steps)}</td>
            <td className="end plan-tokens">{formatCompact(stage.tokens)}</td>
            <td className="end plan-compute">{formatFlops(stage.flops)}</td>
            {estimate && <EstimateCells stage={estimate.stages.find(({ name }) => name === stage.name)} />}
          </tr>
        ))}
        {estimate && estimate.preparationSeconds >= 1 && (
          <tr title="Reading the data, and training the tokenizer where there is one to train">
            <th scope="row">Prepare</th>
            <td className="plan-steps" />
            <td className="plan-tokens" />
            <td className="plan-compute" />
            <td className="end">{formatDuration(estimate.preparationSeconds)}</td>
            <td />
          </tr>
        )}
        <tr className="grid-total">
          <th scope="row">All</th>
          <td className="plan-steps" />
          <td className="end plan-tokens">{formatCompact(tokens)}</td>
          <td className="end plan-compute">{formatFlops(flops)}</td>
          {estimate && (
            <>
              <td className="end">{formatDuration(estimate.seconds)}</td>
              <td className="end">{formatBytes(estimate.memoryBytes)}</td>
            </>
          )}
        </tr>
      </tbody>
    </table>
  );
}

function EstimateCells({ stage }: { stage: StageEstimate | undefined }) {
  if (!stage) return <td colSpan={2} />;
  return (
    <>
      <td className="end" title={stage.reused ? 'An earlier run trained this very stage' : undefined}>
        {stage.reused ? 'reused' : formatDuration(stage.seconds)}
      </td>
      <td className="end">{formatBytes(stage.memoryBytes)}</td>
    </>
  );
}
