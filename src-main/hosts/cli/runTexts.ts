import type { Comparison, MetricValue, PairedTest, RunDetail } from '../../../src-shared/run.ts';
import { formatCount, formatDate, formatMetric, formatSeconds, formatShort } from './numbers.ts';
import { formatPairs, formatTable, type TableColumn } from './table.ts';

const right = (title: string): TableColumn => ({ title, align: 'right' });

export function runsText(runs: readonly RunDetail[]): string {
  if (runs.length === 0) return 'No runs yet. Start one: userllm run <file>.experiment.jsonc\n';
  const rows = runs.map(({ id, name, status, datasetName, createdAtMs, metrics }) => {
    const [metric] = Object.entries(metrics);
    const headline = metric ? `${metric[0]} ${metric[1].value.toFixed(4)}` : '';
    return [id, name, status, datasetName, formatDate(createdAtMs), headline];
  });
  return formatTable(
    ['Run', 'Name', 'Status', 'Dataset', 'Created', 'First metric'].map((title) => ({ title })),
    rows,
  );
}

/** Everything about a run that fits a terminal. */
export function runText(run: RunDetail): string {
  const parts = [factsText(run), stagesText(run), metricsText(run.metrics), parametersText(run), efficiencyText(run), gatesText(run)];
  return parts.filter((part) => part !== '').join('\n');
}

function factsText({ id, name, status, reason, datasetName, task, createdAtMs }: RunDetail): string {
  return formatPairs([
    ['Run', id],
    ['Name', name],
    ['Status', reason ? `${status}: ${reason}` : status],
    ['Dataset', datasetName],
    ['Task', task],
    ['Created', formatDate(createdAtMs)],
  ]);
}

function stagesText({ stages }: RunDetail): string {
  const rows = stages.map(({ name, status, steps, stepsDone, seconds, finalLoss }) => {
    return [name, status, `${stepsDone}/${steps}`, formatSeconds(seconds), finalLoss?.toFixed(4) ?? ''];
  });
  return formatTable([{ title: 'Stage' }, { title: 'Status' }, right('Steps'), right('Time'), right('Loss')], rows);
}

function metricsText(metrics: Record<string, MetricValue>): string {
  const rows = Object.entries(metrics).map(([name, metric]) => [name, formatMetric(metric), formatCount(metric.n)]);
  return rows.length === 0 ? '' : formatTable([{ title: 'Metric' }, { title: 'Value [95 % interval]' }, right('n')], rows);
}

export function parametersText({ parameters }: Pick<RunDetail, 'parameters'>): string {
  if (!parameters) return '';
  const rows = Object.entries(parameters.byComponent).map(([name, count]) => [
    name,
    formatCount(count.total),
    formatCount(count.trainable),
  ]);
  rows.push(['total', formatCount(parameters.total), formatCount(parameters.trainable)]);
  return formatTable([{ title: 'Parameters' }, right('Total'), right('Trainable')], rows);
}

function efficiencyText({ efficiency }: RunDetail): string {
  if (efficiency.length === 0) return '';
  const rows = efficiency.map(({ method, historyLength, tokensPerRequest, flops, millisecondsPerRequest }) => {
    return [method, String(historyLength), formatCount(tokensPerRequest), formatShort(flops), millisecondsPerRequest.toFixed(2)];
  });
  return formatTable([{ title: 'One request by' }, right('Events'), right('Tokens'), right('FLOPs'), right('Milliseconds')], rows);
}

function gatesText({ gates }: RunDetail): string {
  if (gates.length === 0) return '';
  const rows = gates.map(({ layer, value }) => [String(layer), value.toFixed(4)]);
  return formatTable([right('Layer'), right('Gate tanh(alpha)')], rows);
}

/** One column per run: metrics are many and runs are few, so the table stays narrow. */
export function comparisonText({ columns, rows }: Comparison): string {
  const cell = (row: Comparison['rows'][number], key: string): string => {
    const value = row[key];
    if (value === null || value === undefined) return '-';
    return typeof value === 'object' ? formatMetric(value) : String(value);
  };
  const [name, ...others] = columns;
  const titles = [{ title: name?.label ?? '' }, ...rows.map((row) => right(cell(row, 'name')))];
  const idRow = ['Id', ...rows.map((row) => cell(row, 'id'))];
  return formatTable(titles, [idRow, ...others.map((column) => [column.label, ...rows.map((row) => cell(row, column.key))])]);
}

/** Differences to the baseline with their p values, a column a run; nothing where no run shares test users with it. */
export function pairedTestsText(tests: readonly PairedTest[], { rows }: Comparison, baseline: string): string {
  if (tests.length === 0) return '';
  const tested = rows.filter((row) => tests.some(({ runId }) => runId === row.id));
  const cell = (metric: string, runId: unknown): string => {
    const test = tests.find((candidate) => candidate.metric === metric && candidate.runId === runId);
    return test ? `${formatDifference(test.difference)} p ${test.pValue.toFixed(4)} n ${formatCount(test.n)}` : '-';
  };
  const titles = [{ title: `Minus ${baseline}` }, ...tested.map((row) => right(String(row.name)))];
  const metrics = [...new Set(tests.map(({ metric }) => metric))];
  const table = formatTable(
    titles,
    metrics.map((metric) => [metric, ...tested.map((row) => cell(metric, row.id))]),
  );
  return `\nPaired randomisation test on the same test users, two-sided:\n${table}`;
}

function formatDifference(difference: number): string {
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(4)}`;
}
