import type { ReproducedTable, Reproduction, ReproductionExperiment } from '../../../src-shared/reproduction.ts';
import { matrixOf, titleOf } from '../../../src-shared/reproductionReport.ts';
import { Button, IconButton } from '../../widgets/controls.tsx';
import { countOf } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { isMissing, makeExperimentFile, startExperiments } from './missing.ts';

/** One table: the numbers of the runs, the paper's beside them where they are at hand, and what fills the gaps. */
export function ReproducedTableView({ table, reproduction }: { table: ReproducedTable; reproduction: Reproduction }) {
  const { request, experiments } = reproduction;
  const missing = experiments.filter((experiment) => experiment.tables.includes(table.id) && isMissing(experiment));
  const { head, lines } = matrixOf(table);
  const title = titleOf(table);
  return (
    <section className="reproduction-table" aria-label={title}>
      <div className="reproduction-title">
        <h2>{title}</h2>
        {missing.length > 0 && (
          <Button icon="play" onClick={() => startExperiments(request, missing)}>
            Run {countOf(missing.length, 'missing experiment')}
          </Button>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section className="reproduction-scroll" aria-label={`${title}, numbers`} tabIndex={0}>
        <table className="grid-table">
          <thead>
            <tr>
              {head.map((label, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are, and "the paper" stands there several times
                <th key={at} scope="col" className={at === 0 ? '' : 'end'}>
                  {label || <span className="visually-hidden">Row</span>}
                </th>
              ))}
              <th scope="col">
                <span className="visually-hidden">Runs</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a table has the same rows whatever was run, and labels may repeat
              <tr key={at}>
                {lines[at]!.map((text, column) =>
                  column === 0 ? (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                    <th key={column} scope="row">
                      {text}
                    </th>
                  ) : (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
                    <td key={column} className={text === 'not run yet' ? 'end muted' : 'end'}>
                      {text}
                    </td>
                  ),
                )}
                <td>
                  <RowActions
                    label={row.label}
                    experiments={experiments.filter(({ key }) => row.experiments.includes(key))}
                    reproduction={reproduction}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <ul className="reproduction-notes muted">
        {table.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </section>
  );
}

/** A row that was run opens its runs; one that was not makes its experiment, or starts it. */
function RowActions({
  label,
  experiments,
  reproduction,
}: {
  label: string;
  experiments: ReproductionExperiment[];
  reproduction: Reproduction;
}) {
  const missing = experiments.filter(isMissing);
  const known = experiments.flatMap(({ run }) => (run ? [run.id] : []));
  return (
    <span className="reproduction-actions">
      {missing[0] && <IconButton icon="new-file" label={`Make the experiment: ${label}`} onClick={() => makeExperimentFile(missing[0]!)} />}
      {missing.length > 0 && (
        <IconButton icon="play" label={`Run what is missing: ${label}`} onClick={() => startExperiments(reproduction.request, missing)} />
      )}
      {known.length > 0 && (
        <IconButton
          icon="go-to-file"
          label={`Show the ${known.length > 1 ? 'runs' : 'run'}: ${label}`}
          onClick={() => runCommand(known.length > 1 ? 'comparison.compare' : 'runs.open', { runIds: known })}
        />
      )}
    </span>
  );
}
