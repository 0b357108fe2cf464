import { useMemo, useState } from 'react';
import type { PairedTest } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { runs } from '../../state/stores.ts';
import { downloadCsv, toMarkdown } from '../../widgets/charts/exportTables.ts';
import { Button, EmptyState, ErrorNote, Loading, Toggle } from '../../widgets/controls.tsx';
import { download } from '../../widgets/download.ts';
import { formatNumber } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { ComparisonCurves } from './ComparisonCurves.tsx';
import { ComparisonTable } from './ComparisonTable.tsx';
import { exportTable, shownColumns } from './comparisonTable.ts';

const NO_TESTS: readonly PairedTest[] = [];

/** Several runs: settings that differ, results with deltas to a baseline, curves in one picture. */
export default function ComparisonEditor({ params }: EditorProps) {
  const all = runs.use((state) => state.value);
  const ready = runs.use((state) => state.status === 'ready');
  const wanted = params.runIds as string[];
  const ids = useMemo(() => wanted.filter((id) => all.some((run) => run.id === id)), [wanted, all]);
  const versions = all.filter((run) => ids.includes(run.id)).map((run) => `${run.id}/${run.status}/${Object.keys(run.metrics).length}`);
  const comparison = useQuery(ids.length > 0 ? `compare:${versions.join()}` : null, () => call('runs.compare', { runIds: ids }));
  const [hideEqual, setHideEqual] = useState(true);
  const [intervals, setIntervals] = useState(false);
  const [baselineId, setBaselineId] = useState<string | null>(null);
  const pairedTests = useQuery(baselineId && ids.includes(baselineId) ? `tests:${baselineId}:${versions.join()}` : null, () =>
    call('runs.pairedTests', { baselineId: baselineId!, runIds: ids }),
  );
  if (ids.length === 0) return ready ? <NoRunsLeft /> : <Loading what="the runs" />;
  const value = comparison.value;
  const columns = value ? shownColumns(value, hideEqual) : [];
  const baseline = value?.rows.find((row) => row.id === baselineId);
  const tests = (baseline && pairedTests.value) || NO_TESTS;
  const table = () => exportTable(columns, value!.rows, baseline, tests);
  const markdown = () => {
    const { columns: heads, rows } = table();
    const rounded = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? formatNumber(cell) : cell)));
    download('comparison.md', 'text/markdown', toMarkdown({ columns: heads, rows: rounded }));
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1>Compare {ids.length} runs</h1>
        <Toggle label="Only columns that differ" checked={hideEqual} onChange={setHideEqual} />
        <Toggle label="Intervals" checked={intervals} onChange={setIntervals} />
        <div className="page-actions">
          <Button icon="list-selection" onClick={() => runCommand('comparison.compare', { runIds: ids.slice(0, 1) })}>
            Choose runs
          </Button>
          <Button icon="symbol-event" onClick={() => runCommand('gates.show', { runIds: ids })}>
            Gates
          </Button>
          <Button icon="dashboard" onClick={() => runCommand('efficiency.show', { runIds: ids })}>
            Efficiency
          </Button>
          <Button icon="table" disabled={!value} onClick={() => downloadCsv('comparison', table())}>
            CSV
          </Button>
          <Button icon="markdown" disabled={!value} onClick={markdown}>
            Markdown
          </Button>
        </div>
      </header>
      <div className="page-body comparison">
        {comparison.error && <ErrorNote message={comparison.error} onRetry={comparison.reload} />}
        {pairedTests.error && <ErrorNote message={pairedTests.error} onRetry={pairedTests.reload} />}
        {!value && !comparison.error && <Loading what="the comparison" />}
        {value && (
          <ComparisonTable
            columns={columns}
            rows={value.rows}
            baseline={baseline}
            tests={tests}
            intervals={intervals}
            onBaseline={(id) => setBaselineId(id === baselineId ? null : id)}
          />
        )}
        <ComparisonCurves runIds={ids} />
      </div>
    </div>
  );
}

function NoRunsLeft() {
  return (
    <EmptyState
      icon="diff-multiple"
      title="The compared runs have been deleted"
      actions={
        <Button kind="primary" onClick={() => runCommand('comparison.compare', {})}>
          Choose other runs
        </Button>
      }
    />
  );
}
