import type { Plan } from '../../../src-shared/contract.ts';
import type { Problem } from '../../../src-shared/experiment.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { formatCompact, formatCount, formatFlops } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { ParameterTable } from '../../widgets/ParameterTable.tsx';
import { SweepView } from './SweepView.tsx';
import type { Validation } from './useValidation.ts';

/** What the experiment would do: stages, parameters, tokens and compute; or what keeps it from running. */
export function PlanView({ validation, onProblem }: { validation: Validation; onProblem(problem: Problem): void }) {
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
          <Stages plan={plan} />
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

function Stages({ plan }: { plan: Plan }) {
  const tokens = plan.stages.reduce((sum, stage) => sum + stage.tokens, 0);
  const flops = plan.stages.reduce((sum, stage) => sum + stage.flops, 0);
  return (
    <table className="grid-table plan-table">
      <caption className="visually-hidden">Stages</caption>
      <thead>
        <tr>
          <th scope="col">Stage</th>
          <th scope="col" className="end">
            Steps
          </th>
          <th scope="col" className="end">
            Tokens
          </th>
          <th scope="col" className="end">
            Compute
          </th>
        </tr>
      </thead>
      <tbody>
        {plan.stages.map((stage) => (
          <tr key={stage.name} title={`${formatCount(stage.examples)} examples`}>
            <th scope="row">{STAGE_LABELS[stage.name as keyof typeof STAGE_LABELS] ?? stage.name}</th>
            <td className="end">{formatCount(stage.steps)}</td>
            <td className="end">{formatCompact(stage.tokens)}</td>
            <td className="end">{formatFlops(stage.flops)}</td>
          </tr>
        ))}
        <tr className="grid-total">
          <th scope="row">All</th>
          <td />
          <td className="end">{formatCompact(tokens)}</td>
          <td className="end">{formatFlops(flops)}</td>
        </tr>
      </tbody>
    </table>
  );
}
