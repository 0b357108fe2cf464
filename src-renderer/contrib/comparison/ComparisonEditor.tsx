import { useMemo, useState } from 'react';
import type { PairedTest } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { runs } from '../../state/stores.ts';
import { Button, EmptyState, ErrorNote, Loading, Toggle } from '../../widgets/controls.tsx';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { ComparisonCurves } from './ComparisonCurves.tsx';
import { ComparisonTable } from './ComparisonTable.tsx';
import { shownColumns } from './comparisonTable.ts';
import { ExportButton } from './ExportButton.tsx';
import { RightUsers } from './RightUsers.tsx';
import { groupSeeds } from './seedGroups.ts';

const NO_TESTS: readonly PairedTest[] = [];

/** Several runs: settings that differ, results with deltas to a baseline, curves in one picture. */
export default function ComparisonEditor({ params }: EditorProps) {
  const all = runs.use((state) => state.value);
  const ready = runs.use((state) => state.status === 'ready');
  const wanted = params.runIds as string[];
  const ids = useMemo(() => wanted.filter((id) => all.some((run) => run.id === id)), [wanted, all]);
  const chosen = useMemo(() => all.filter((run) => ids.includes(run.id)), [all, ids]);
  const versions = all.filter((run) => ids.includes(run.id)).map((run) => `${run.id}/${run.status}/${run.metricCount}`);
  const comparison = useQuery(ids.length > 0 ? `compare:${versions.join()}` : null, () => call('runs.compare', { runIds: ids }));
  const [hideEqual, setHideEqual] = useState(true);
  const [intervals, setIntervals] = useState(false);
  const [baselineId, setBaselineId] = useState<string | null>(null);
  const pairedTests = useQuery(baselineId && ids.includes(baselineId) ? `tests:${baselineId}:${versions.join()}` : null, () =>
    call('runs.pairedTests', { baselineId: baselineId!, runIds: ids }),
  );
  const [bySeeds, setBySeeds] = useState(false);
  const grouped = useMemo(() => comparison.value && groupSeeds(comparison.value), [comparison.value]);
  if (ids.length === 0) return ready ? <NoRunsLeft /> : <Loading what="the runs" />;
  const ofSeeds = bySeeds && grouped !== null;
  const value = ofSeeds ? grouped.comparison : comparison.value;
  const rowOf = (runId: string) => (ofSeeds ? [...grouped.members].find(([, members]) => members.includes(runId))?.[0] : runId);
  const columns = value ? shownColumns(value, hideEqual) : [];
  const baseline = baselineId ? value?.rows.find((row) => row.id === rowOf(baselineId)) : undefined;
  const tests = (baseline && !ofSeeds && pairedTests.value) || NO_TESTS;
  const shown = value && { columns, rows: value.rows, baseline, tests, ofSeeds };
  const hasSeeds = grouped !== null && grouped.comparison.rows.length < ids.length;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Compare {ids.length} runs</h1>
        <Toggle label="Only columns that differ" checked={hideEqual} onChange={setHideEqual} />
        {ofSeeds || <Toggle label="Intervals" checked={intervals} onChange={setIntervals} />}
        {hasSeeds && <Toggle label="Mean over seeds" checked={bySeeds} onChange={setBySeeds} />}
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
          <Button
            icon="diff"
            onClick={() => runCommand('comparison.configurations', { runIds: baselineId ? withFirst(ids, baselineId) : ids })}
          >
            Configurations
          </Button>
          <ExportButton shown={shown} />
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
            ofSeeds={ofSeeds}
            onBaseline={(id) => setBaselineId(id === baseline?.id ? null : id)}
          />
        )}
        {chosen.length > 1 && <RightUsers runs={chosen} baselineId={baselineId} />}
        <ComparisonCurves runIds={ids} seeds={ofSeeds ? grouped.members : null} baselineId={baselineId} />
      </div>
    </div>
  );
}

const withFirst = (ids: string[], first: string): string[] => [first, ...ids.filter((id) => id !== first)];

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
