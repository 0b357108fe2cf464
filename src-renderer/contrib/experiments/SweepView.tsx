import type { SweepPreview } from '../../../src-shared/sweep.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { countOf } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';

const SHOWN_RUNS = 12;

/** What a sweep expands to: how many runs, in what they differ, and which pretraining they share. */
export function SweepView({ sweep: { runs, varied, pretraining } }: { sweep: SweepPreview }) {
  return (
    <section className="plan-sweep" aria-label="Sweep">
      <h3>
        <Icon name="layers" /> Sweep of {countOf(runs.length, 'run')}
      </h3>
      <table className="grid-table plan-table">
        <caption className="visually-hidden">What varies</caption>
        <tbody>
          {varied.map(({ path, values }) => (
            <tr key={path}>
              <th scope="row">
                <code>{path}</code>
              </th>
              <td>{values.join(', ')}</td>
            </tr>
          ))}
          {pretraining.map(({ stage, runs: needing, trainings }) => (
            <tr key={stage}>
              <th scope="row">{STAGE_LABELS[stage]}</th>
              <td>
                {trainings === needing ? `once for each of ${needing} runs` : `${countOf(trainings, 'training')} shared by ${needing} runs`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <details>
        <summary>The runs, in order</summary>
        <ol className="plan-runs">
          {runs.slice(0, SHOWN_RUNS).map(({ name, label }) => (
            <li key={name}>{label}</li>
          ))}
        </ol>
        {runs.length > SHOWN_RUNS && <p className="muted">and {countOf(runs.length - SHOWN_RUNS, 'more')}</p>}
      </details>
    </section>
  );
}
