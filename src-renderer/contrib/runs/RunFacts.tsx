import { useMemo } from 'react';
import type { RunDetail, RunSummary } from '../../../src-shared/run.ts';
import { useRunLog } from '../../state/runLog.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { EmptyState, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { FactsTable } from '../../widgets/FactsTable.tsx';
import { formatBytes, formatCount, formatDateTime } from '../../widgets/format.ts';
import { LogView } from '../../widgets/LogView.tsx';
import { CodeEditor } from '../../widgets/monaco/CodeEditor.tsx';

/** The resolved experiment: every value, also those the file left to the defaults. */
export function RunConfig({ run }: { run: RunDetail }) {
  const source = useMemo(() => ({ text: JSON.stringify(run.config, null, 2) }), [run.config]);
  return <CodeEditor path={`/runs/${run.id}/resolved.json`} label="Resolved configuration" readOnly source={source} />;
}

export function RunLog({ run }: { run: RunSummary }) {
  const { lines, error, loaded } = useRunLog(run.id);
  if (error) return <ErrorNote message={error} />;
  if (!loaded) return <Loading what="the log" />;
  if (lines.length === 0) {
    return (
      <EmptyState icon="output" title="The log is empty">
        What the run has to say appears here.
      </EmptyState>
    );
  }
  return <LogView label={`Log of ${run.name}`} lines={lines} />;
}

export function RunCheckpoints({ run }: { run: RunDetail }) {
  if (run.checkpoints.length === 0) {
    return (
      <EmptyState icon="save-all" title="No checkpoints">
        A run saves one at the end of each stage and every <code>checkpointEvery</code> steps; a stopped run continues from the last.
      </EmptyState>
    );
  }
  const total = run.checkpoints.reduce((sum, checkpoint) => sum + checkpoint.sizeBytes, 0);
  return (
    <div className="page-body">
      <table className="grid-table">
        <caption className="visually-hidden">Checkpoints</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col" className="end">
              Step
            </th>
            <th scope="col" className="end">
              Size
            </th>
            <th scope="col">Saved</th>
          </tr>
        </thead>
        <tbody>
          {run.checkpoints.map((checkpoint) => (
            <tr key={`${checkpoint.stage}/${checkpoint.step}`}>
              <th scope="row">{STAGE_LABELS[checkpoint.stage]}</th>
              <td className="end">{formatCount(checkpoint.step)}</td>
              <td className="end">{formatBytes(checkpoint.sizeBytes)}</td>
              <td>{formatDateTime(checkpoint.createdAtMs)}</td>
            </tr>
          ))}
          <tr className="grid-total">
            <th scope="row">All</th>
            <td />
            <td className="end">{formatBytes(total)}</td>
            <td />
          </tr>
        </tbody>
      </table>
    </div>
  );
}

/** What is needed to make the same run again. */
export function RunEnvironment({ run }: { run: RunDetail }) {
  const facts: [string, string][] = [
    ['Run id', run.id],
    ['Dataset', run.datasetName],
    ['Dataset fingerprint', run.datasetFingerprint],
    ['Split', "each user's last event is for the test, the one before it for validation, all earlier ones for training"],
    ['Seed', String(run.config.seed ?? '')],
    ['Requested engine', Object.values((run.config.engine ?? {}) as Record<string, unknown>).join(', ')],
    ...Object.entries(run.environment),
  ];
  return (
    <div className="page-body">
      <FactsTable caption="Environment" facts={facts} />
      {run.resumedAt.length > 0 && (
        <section className="section">
          <h2>Resumed</h2>
          <ul>
            {run.resumedAt.map((each) => (
              <li key={each.atMs}>
                {STAGE_LABELS[each.stage]}, step {formatCount(each.step)}, {formatDateTime(each.atMs)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
