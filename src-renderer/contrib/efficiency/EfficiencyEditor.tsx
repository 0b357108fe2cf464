import { useMemo } from 'react';
import { call, useQuery } from '../../state/backend.ts';
import { runs } from '../../state/stores.ts';
import { Button, EmptyState, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { showView } from '../../workbench/layout.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { EfficiencyPlots } from './EfficiencyPlots.tsx';

/** What quality costs, over several runs: tokens, operations, time, and parameters that were trained. */
export default function EfficiencyEditor({ params }: EditorProps) {
  const all = runs.use((state) => state.value);
  const ready = runs.use((state) => state.status === 'ready');
  const wanted = params.runIds as string[];
  const known = useMemo(() => all.filter(({ id }) => wanted.includes(id)), [all, wanted]);
  const version = known.map(({ id, status, metricCount }) => `${id}/${status}/${metricCount}`).join();
  const details = useQuery(known.length > 0 ? `efficiency:${version}` : null, () =>
    Promise.all(known.map(({ id }) => call('runs.get', { runId: id }))),
  );
  const measured = details.value?.filter(({ efficiency }) => efficiency.length > 0) ?? [];
  const without = details.value?.filter(({ efficiency }) => efficiency.length === 0) ?? [];
  if (known.length === 0 && !ready) return <Loading what="the runs" />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Efficiency</h1>
        <p className="muted">What a request reads, computes and takes, and what that buys.</p>
        <div className="page-actions">
          <Button icon="list-selection" onClick={() => runCommand('efficiency.choose', { runIds: known.map(({ id }) => id) })}>
            Choose runs
          </Button>
        </div>
      </header>
      <div className="page-body efficiency">
        {details.error && <ErrorNote message={details.error} onRetry={details.reload} />}
        {!details.error && known.length > 0 && !details.value && <Loading what="the runs" />}
        {measured.length > 0 && <EfficiencyPlots runs={measured} />}
        {(known.length === 0 || details.value) && measured.length === 0 && <NothingMeasured />}
        {measured.length > 0 && without.length > 0 && (
          <p className="muted">Not evaluated yet: {without.map(({ name }) => name).join(', ')}.</p>
        )}
      </div>
    </div>
  );
}

function NothingMeasured() {
  return (
    <EmptyState
      icon="dashboard"
      title="Nothing was measured yet"
      actions={
        <Button kind="primary" icon="beaker" onClick={() => showView('experiments')}>
          Go to experiments
        </Button>
      }
    >
      The evaluation of a run counts tokens and operations of a request and takes its time, at each history length of{' '}
      <code>evaluation.efficiencyAt</code>. Let a run finish, or choose others.
    </EmptyState>
  );
}
