import { useMemo } from 'react';
import type { Rejection, RejectionGroup } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf, formatCount } from '../../widgets/format.ts';

const SHOWN = 1000;
const [ROW_HEIGHT, HEAD_HEIGHT, MAX_HEIGHT] = [24, 27, 340];
const COLUMNS: DataColumn<Rejection>[] = [
  { id: 'place', header: 'Where', width: 200, value: (row) => row.line, cell: (row) => <code>{`${row.file}:${row.line}`}</code> },
  { id: 'reason', header: 'Why', value: (row) => row.reason, cell: (row) => <span title={row.reason}>{row.reason}</span> },
];

/** The rows that were not kept: by reason, and each with file, line and reason. */
export function RejectionTable({ name, total, groups }: { name: string; total: number; groups: readonly RejectionGroup[] }) {
  const list = useQuery(total > 0 ? `rejections:${name}` : null, () => call('datasets.rejections', { name, offset: 0, limit: SHOWN }));
  const rows = useMemo(() => list.value?.rows ?? [], [list.value]);
  if (total === 0) return <p className="muted">No row was rejected.</p>;
  return (
    <section className="section">
      <h2>
        {countOf(total, 'rejected row')}
        {rows.length < total && rows.length > 0 && <span className="muted section-note">the first {formatCount(rows.length)}</span>}
      </h2>
      {groups.length < total && <Reasons groups={groups} />}
      {list.error && <ErrorNote message={list.error} onRetry={list.reload} />}
      {list.loading && <Loading what="the rejected rows" />}
      {rows.length > 0 && (
        <div className="boxed-table" style={{ height: Math.min(MAX_HEIGHT, HEAD_HEIGHT + rows.length * ROW_HEIGHT) }}>
          <DataTable label="Rejected rows" columns={COLUMNS} rows={rows} rowId={(row) => `${row.file}:${row.line}`} />
        </div>
      )}
    </section>
  );
}

function Reasons({ groups }: { groups: readonly RejectionGroup[] }) {
  if (groups.length === 0) return null;
  return (
    <table className="grid-table reasons-table">
      <thead>
        <tr>
          <th scope="col" className="end">
            Rows
          </th>
          <th scope="col">Reason</th>
          <th scope="col">For example</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((group) => (
          <tr key={group.reason}>
            <td className="end">{formatCount(group.count)}</td>
            <th scope="row">{group.reason}</th>
            <td>
              <code>{group.examples.map(({ file, line }) => `${file}:${line}`).join(', ')}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
