import type { MetricValue, RunDetail } from '../../../src-shared/run.ts';
import { groupOfMetric, MAIN_GROUP, metricText } from '../../state/metricNames.ts';
import { isRunActive } from '../../state/stores.ts';
import { EmptyState } from '../../widgets/controls.tsx';
import { formatCompact, formatCount, formatFlops, formatNumber } from '../../widgets/format.ts';
import { ParameterTable } from '../../widgets/ParameterTable.tsx';

/** What the evaluation found, with sample sizes and intervals; parameters and efficiency below. */
export function RunMetrics({ run }: { run: RunDetail }) {
  const names = Object.keys(run.metrics);
  if (names.length === 0 && !run.parameters) {
    return (
      <EmptyState icon="checklist" title="No results yet">
        {isRunActive(run)
          ? 'They appear here when the evaluation stage is done.'
          : 'This run ended before it was evaluated. Resume it to finish.'}
      </EmptyState>
    );
  }
  const groups = [...new Map(names.map((name) => [groupOfMetric(name).prefix, groupOfMetric(name)])).values()];
  groups.sort((a, b) => Number(b === MAIN_GROUP) - Number(a === MAIN_GROUP));
  const scale = Math.max(0.01, ...Object.entries(run.metrics).flatMap(([name, metric]) => (metricText(name).share ? [metric.high] : [])));
  return (
    <div className="page-body">
      <div className="metric-groups">
        {groups.map((group) => (
          <section key={group.prefix} className="section">
            <h2>
              {group.title} <span className="muted section-note">{group.note}</span>
            </h2>
            <MetricTable
              scale={scale}
              metrics={Object.entries(run.metrics).filter(([name]) => groupOfMetric(name).prefix === group.prefix)}
            />
          </section>
        ))}
      </div>
      <div className="metric-groups">
        {run.parameters && <Parameters parameters={run.parameters} />}
        {run.efficiency.length > 0 && <Efficiency points={run.efficiency} />}
      </div>
    </div>
  );
}

const METHODS = { embedding: 'user embedding', 'text-prompt': 'text prompt', 'text-summary': 'text summary' };

const WHISKER_WIDTH = 150;

function MetricTable({ metrics, scale }: { metrics: [string, MetricValue][]; scale: number }) {
  return (
    <table className="grid-table metric-table">
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" className="end">
            Value
          </th>
          <th scope="col">95 % interval</th>
          <th scope="col" aria-label="Interval drawn" />
          <th scope="col" className="end">
            n
          </th>
        </tr>
      </thead>
      <tbody>
        {metrics.map(([name, metric]) => (
          <tr key={name}>
            <th scope="row" title={name}>
              {metricText(name).label}
            </th>
            <td className="end metric-value">{formatNumber(metric.value)}</td>
            <td>
              {metric.low === metric.high ? (
                <span className="muted">none</span>
              ) : (
                `${formatNumber(metric.low)} to ${formatNumber(metric.high)}`
              )}
            </td>
            <td>{metricText(name).share && <Whisker metric={metric} scale={scale} />}</td>
            <td className="end">{formatCount(metric.n)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A share as a bar from 0 to the largest of the run, its interval as a whisker. */
function Whisker({ metric, scale }: { metric: MetricValue; scale: number }) {
  const x = (value: number) => 1 + Math.min(1, Math.max(0, value / scale)) * (WHISKER_WIDTH - 2);
  return (
    <svg className="whisker" width={WHISKER_WIDTH} height="14" aria-hidden="true">
      <rect x="0" y="4" width={WHISKER_WIDTH} height="6" rx="3" className="whisker-track" />
      <rect x="0" y="4" width={x(metric.value)} height="6" rx="3" className="whisker-bar" />
      <path d={`M${x(metric.low)} 1v12M${x(metric.low)} 7H${x(metric.high)}M${x(metric.high)} 1v12`} className="whisker-line" />
    </svg>
  );
}

function Parameters({ parameters }: { parameters: NonNullable<RunDetail['parameters']> }) {
  return (
    <section className="section">
      <h2>Parameters</h2>
      <ParameterTable parameters={parameters} format={formatCount} />
    </section>
  );
}

function Efficiency({ points }: { points: RunDetail['efficiency'] }) {
  return (
    <section className="section">
      <h2>
        Efficiency <span className="muted section-note">one request, by the length of the history</span>
      </h2>
      <table className="grid-table">
        <thead>
          <tr>
            <th scope="col">History</th>
            <th scope="col">Method</th>
            <th scope="col" className="end">
              Tokens
            </th>
            <th scope="col" className="end">
              Training FLOPs
            </th>
            <th scope="col" className="end">
              Milliseconds
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={`${point.historyLength}/${point.method}`}>
              <th scope="row">{point.historyLength} events</th>
              <td>{METHODS[point.method]}</td>
              <td className="end">{formatCompact(point.tokensPerRequest)}</td>
              <td className="end">{formatFlops(point.flops)}</td>
              <td className="end">{formatNumber(point.millisecondsPerRequest)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
