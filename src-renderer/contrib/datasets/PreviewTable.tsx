import { useMemo } from 'react';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';

interface NumberedRow {
  line: number;
  cells: string[];
}

/** Rows of a file before it is imported, with their line numbers. */
export function PreviewTable({ columns, rows, firstLine }: { columns: string[]; rows: string[][]; firstLine: number }) {
  const numbered = useMemo(() => rows.map((cells, index): NumberedRow => ({ line: firstLine + index, cells })), [rows, firstLine]);
  const definitions = useMemo(
    (): DataColumn<NumberedRow>[] => [
      {
        id: 'line',
        header: 'line',
        width: 60,
        align: 'end',
        value: (row) => row.line,
        cell: (row) => <span className="muted">{row.line}</span>,
      },
      ...columns.map(
        (column, index): DataColumn<NumberedRow> => ({ id: `${index}`, header: column, value: (row) => row.cells[index] ?? '' }),
      ),
    ],
    [columns],
  );
  return (
    <div className="boxed-table preview-table">
      <DataTable label="Preview" columns={definitions} rows={numbered} rowId={(row) => String(row.line)} sortable={false} />
    </div>
  );
}
