import { useMemo } from 'react';
import type { PairedTest, RunStatus } from '../../../src-shared/run.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { runStyle } from '../../state/runColors.ts';
import { IconButton } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf, formatCount, formatDelta, formatNumber } from '../../widgets/format.ts';
import { StatusIcon } from '../../widgets/runStatus.tsx';
import { runCommand } from '../../workbench/commands.ts';
import {
  type ComparisonColumn,
  type ComparisonRow,
  columnLabel,
  deltaOf,
  isBetter,
  isMarked,
  isMetric,
  plainValue,
  pText,
  testOf,
} from './comparisonTable.ts';
import { deviationOf } from './seedGroups.ts';

interface ComparisonTableProps {
  columns: ComparisonColumn[];
  rows: ComparisonRow[];
  baseline: ComparisonRow | undefined;
  /** Paired tests against the baseline. */
  tests: readonly PairedTest[];
  intervals: boolean;
  /** Rows stand for the seeds of one configuration. */
  ofSeeds: boolean;
  onBaseline(runId: string): void;
}

const HEAD_HEIGHT = 26;
const ROW_HEIGHT = 24;
const ROWS_IN_VIEW = 12;

/** One row a run; the baseline is pinned on top and the others say by how much they differ from it. */
export function ComparisonTable({ columns, rows, baseline, tests, intervals, ofSeeds, onBaseline }: ComparisonTableProps) {
  const scheme = useColorScheme();
  const definitions = useMemo(
    () =>
      columns.map((column) =>
        column.key === 'name'
          ? nameColumn(scheme, baseline, onBaseline)
          : valueColumn(column, columns, { baseline, tests, intervals, ofSeeds }),
      ),
    [columns, scheme, baseline, tests, intervals, ofSeeds, onBaseline],
  );
  return (
    <>
      <div className="boxed-table" style={{ height: HEAD_HEIGHT + ROW_HEIGHT * Math.min(ROWS_IN_VIEW, rows.length) + 14 }}>
        <DataTable
          label="Compared runs"
          columns={definitions}
          rows={rows}
          rowId={(row) => String(row.id)}
          pinnedId={baseline ? String(baseline.id) : null}
        />
      </div>
      <p className="muted comparison-hint">
        {ofSeeds && 'Mean ± standard deviation over the seeds of each configuration. '}
        {baseline && ofSeeds && 'Differences to the pinned baseline; bold where the two do not overlap.'}
        {!ofSeeds && baseline
          ? 'Differences to the pinned baseline. p: paired randomisation test on the test users that both runs share. Bold: p < .05, or without such users intervals that do not overlap.'
          : !baseline && 'Pin a run as baseline to see by how much the others differ from it.'}
      </p>
    </>
  );
}

function nameColumn(
  scheme: 'dark' | 'light',
  baseline: ComparisonRow | undefined,
  onBaseline: (runId: string) => void,
): DataColumn<ComparisonRow> {
  return {
    id: 'name',
    header: 'Run',
    name: 'Run',
    width: 240,
    sticky: true,
    value: (row) => String(row.name),
    cell: (row) => {
      const id = String(row.id);
      const pinned = baseline?.id === row.id;
      return (
        <>
          <span className="swatch" style={{ background: runStyle(id, scheme).color }} />
          <StatusIcon status={row.status as RunStatus} />
          <button
            type="button"
            className="button button-link ellipsis comparison-name"
            title={String(row.name)}
            onClick={() => runCommand('runs.open', { runIds: [id] })}
          >
            {String(row.name)}
          </button>
          <IconButton
            className={pinned ? 'comparison-pin comparison-pinned' : 'comparison-pin'}
            icon={pinned ? 'pinned' : 'pin'}
            label={pinned ? `Unpin the baseline ${row.name}` : `Pin ${row.name} as baseline`}
            aria-pressed={pinned}
            onClick={() => onBaseline(id)}
          />
        </>
      );
    },
  };
}

type Reference = Pick<ComparisonTableProps, 'baseline' | 'tests' | 'intervals' | 'ofSeeds'>;

function valueColumn(column: ComparisonColumn, all: ComparisonColumn[], reference: Reference): DataColumn<ComparisonRow> {
  const { baseline, tests, intervals, ofSeeds } = reference;
  const label = columnLabel(column, all);
  const numeric = column.kind === 'metric' || column.kind === 'number';
  const width = 36 + label.length * 6.6;
  const numberWidth = 76 + (baseline ? 82 : 0) + (tests.length > 0 ? 54 : 0) + (intervals ? 120 : 0) + (ofSeeds ? 96 : 0);
  return {
    id: column.key,
    header: label,
    name: column.label,
    width: Math.round(Math.max(width, numeric ? numberWidth : 80)),
    align: numeric ? 'end' : undefined,
    value: (row) => plainValue(row[column.key]),
    cell: (row) => <ValueCell column={column} row={row} {...reference} />,
  };
}

interface ValueCellProps extends Reference {
  column: ComparisonColumn;
  row: ComparisonRow;
}

function ValueCell({ column, row, baseline, tests, intervals, ofSeeds }: ValueCellProps) {
  const cell = row[column.key];
  const value = plainValue(cell);
  if (value === null) return <span className="muted">–</span>;
  if (typeof value === 'string')
    return (
      <span className="ellipsis" title={value}>
        {value}
      </span>
    );
  const metric = isMetric(cell) ? cell : null;
  const deviation = ofSeeds && metric ? deviationOf(metric) : null;
  const title =
    ofSeeds && metric
      ? `${metric.value}, ${countOf(metric.n, 'seed')}`
      : metric
        ? `${metric.value}, 95 % interval ${metric.low} to ${metric.high}, n = ${formatCount(metric.n)}`
        : String(value);
  return (
    <span className="comparison-value" title={title}>
      <Delta column={column} row={row} baseline={baseline} tests={tests} />
      {formatNumber(value)}
      {deviation !== null && <span className="muted"> ± {formatNumber(deviation)}</span>}
      {intervals && !ofSeeds && metric && (
        <span className="muted">
          {' '}
          [{formatNumber(metric.low)}, {formatNumber(metric.high)}]
        </span>
      )}
    </span>
  );
}

function Delta({ column, row, baseline, tests }: Omit<ValueCellProps, 'intervals' | 'ofSeeds'>) {
  const delta = deltaOf(column, row, baseline);
  if (delta === null) return null;
  const better = isBetter(column, delta);
  const kind = better === null ? 'muted' : better ? 'good' : 'bad';
  const test = testOf(column, row, tests);
  return (
    <>
      {test && (
        <span className="muted" title={`paired randomisation test, n = ${formatCount(test.n)} users, p = ${test.pValue}`}>
          {pText(test)}{' '}
        </span>
      )}
      <span className={`delta ${kind} ${isMarked(column, row, baseline!, tests) ? 'delta-clear' : ''}`}>{formatDelta(delta)}</span>
    </>
  );
}
