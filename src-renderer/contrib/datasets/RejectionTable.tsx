import { useMemo } from 'react';
import type { Rejection } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { ErrorNote, Loading } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf, formatCount } from '../../widgets/format.ts';

const SHOWN = 1000;
const COLUMNS: DataColumn<Rejection>[] = [
  { id: 'place', header: 'Where', width: 200, value: (row) => row.line, cell: (row) => <code>{`${row.file}:${row.line}`}</code> },
  { id: 'reason', header: 'Why', value: (row) => row.reason, cell: (row) => <span title={row.reason}>{row.reason}</span> },
];

/** The rows that were not kept: file, line and reason. */
export function RejectionTable({ name, total }: { name: string; total: number }) {
  const list = useQuery(total > 0 ? `rejections:${name}` : null, () => call('datasets.rejections', { name, offset: 0, limit: SHOWN }));
  const rows = useMemo(() => list.value?.rows ?? [], [list.value]);
  if (total === 0) return <p className="muted">No row was rejected.</p>;
  return (
    <section className="section">
      <h2>
        {countOf(total, 'rejected row')}
        {rows.length < total && rows.length > 0 && <span className="muted section-note">the first {formatCount(rows.length)}</span>}
      </h2>
      {list.error && <ErrorNote message={list.error} onRetry={list.reload} />}
      {list.loading && <Loading what="the rejected rows" />}
      {rows.length > 0 && (
        <div className="boxed-table rejection-table">
          <DataTable label="Rejected rows" columns={COLUMNS} rows={rows} rowId={(row) => `${row.file}:${row.line}`} />
        </div>
      )}
    </section>
  );
}
