import { useState } from 'react';
import type { RightUsers as Found, RunSummary } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { metricLabel } from '../../state/metricNames.ts';
import { ErrorNote, Loading, Select } from '../../widgets/controls.tsx';
import { countOf, formatCount } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';

interface RightUsersProps {
  runs: RunSummary[];
  baselineId: string | null;
}

/** Which test users only one of two runs got right; the baseline is the second unless another is chosen. */
export function RightUsers({ runs, baselineId }: RightUsersProps) {
  const [chosen, setChosen] = useState<{ a?: string; b?: string; metric?: string }>({});
  const has = (id: string | null | undefined) => runs.find((run) => run.id === id)?.id;
  const b = has(chosen.b) ?? has(baselineId) ?? runs[1]!.id;
  const a = has(chosen.a) ?? runs.find(({ id }) => id !== b)!.id;
  const { metric } = chosen;
  const found = useQuery(JSON.stringify(['right', a, b, metric]), () => call('runs.rightUsers', { a, b, ...(metric && { metric }) }));
  const options = runs.map(({ id, name }) => ({ value: id, label: name }));
  const nameOf = (id: string) => runs.find((run) => run.id === id)!.name;
  return (
    <section className="section" aria-label="Users that only one run got right">
      <div className="section-head">
        <h2>Users that only one run got right</h2>
        <Select inline label="First" value={a} options={options} onChange={(event) => setChosen({ ...chosen, a: event.target.value })} />
        <Select inline label="Second" value={b} options={options} onChange={(event) => setChosen({ ...chosen, b: event.target.value })} />
        {found.value?.metric && (
          <Select
            inline
            label="By"
            value={found.value.metric}
            options={found.value.metrics.map((name) => ({ value: name, label: metricLabel(name) }))}
            onChange={(event) => setChosen({ a, b, metric: event.target.value })}
          />
        )}
      </div>
      {found.error && <ErrorNote message={found.error} onRetry={found.reload} />}
      {!found.error && !found.value && <Loading what="the users" />}
      {found.value && !found.value.metric && (
        <p className="muted">There is nothing to compare user by user: both must be evaluated on the same data and task.</p>
      )}
      {found.value?.metric && <Sides found={found.value} names={[nameOf(a), nameOf(b)]} datasetName={runs[0]!.datasetName} />}
    </section>
  );
}

function Sides({ found, names, datasetName }: { found: Found; names: [string, string]; datasetName: string }) {
  return (
    <>
      <p className="muted">
        Of {countOf(found.n, 'user')}: both right {formatCount(found.both)}, neither {formatCount(found.neither)}.
      </p>
      <div className="right-users">
        <Side title={`Only ${names[0]}`} side={found.onlyA} datasetName={datasetName} />
        <Side title={`Only ${names[1]}`} side={found.onlyB} datasetName={datasetName} />
      </div>
    </>
  );
}

function Side({ title, side, datasetName }: { title: string; side: Found['onlyA']; datasetName: string }) {
  return (
    <div>
      <h3>
        {title} <span className="muted">{countOf(side.count, 'user')}</span>
      </h3>
      <ul className="right-users-list">
        {side.userIds.map((userId) => (
          <li key={userId}>
            <button type="button" className="button button-link" onClick={() => runCommand('datasets.openUser', { datasetName, userId })}>
              User {userId}
            </button>
          </li>
        ))}
      </ul>
      {side.count > side.userIds.length && <p className="muted">The first {side.userIds.length} are named.</p>}
    </div>
  );
}
