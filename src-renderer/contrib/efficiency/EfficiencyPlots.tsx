import { useMemo, useState } from 'react';
import type { RunDetail } from '../../../src-shared/run.ts';
import { type ColorScheme, useColorScheme } from '../../state/colorScheme.ts';
import { metricLabel } from '../../state/metricNames.ts';
import { runStyle } from '../../state/runColors.ts';
import { LineChart, type Series } from '../../widgets/charts/LineChart.tsx';
import { ScatterChart, type ScatterPoint } from '../../widgets/charts/ScatterChart.tsx';
import { Select } from '../../widgets/controls.tsx';
import { formatCount } from '../../widgets/format.ts';
import { type CostLine, costLines, METHOD_LABELS, metricNames, tokensOf } from './points.ts';

/** The paper's figure 3 and tables 3 and 4, from the user's runs. */
export function EfficiencyPlots({ runs }: { runs: RunDetail[] }) {
  const scheme = useColorScheme();
  const names = useMemo(() => metricNames(runs), [runs]);
  const [chosen, setChosen] = useState<string | null>(null);
  const metric = chosen && names.includes(chosen) ? chosen : names[0];
  const againstTokens = useMemo(() => (metric ? pointsOf(runs, metric, scheme, tokenPlace) : []), [runs, metric, scheme]);
  const againstTrained = useMemo(() => (metric ? pointsOf(runs, metric, scheme, trainedPlace) : []), [runs, metric, scheme]);
  const flops = useMemo(() => seriesOf(runs, costLines(runs, 'flops'), scheme), [runs, scheme]);
  const time = useMemo(() => seriesOf(runs, costLines(runs, 'millisecondsPerRequest'), scheme), [runs, scheme]);
  const kinds = new Set(runs.map(({ datasetName, task }) => `${task} on ${datasetName}`));
  return (
    <>
      {metric && (
        <div className="efficiency-choice">
          <Select
            inline
            label="Metric"
            value={metric}
            options={names.map((value) => ({ value, label: metricLabel(value) }))}
            onChange={(event) => setChosen(event.target.value)}
          />
          {kinds.size > 1 && <span className="warn">These runs answer different questions: {[...kinds].join('; ')}.</span>}
        </div>
      )}
      <div className="efficiency-charts">
        {metric && (
          <>
            <ScatterChart
              title={`${metricLabel(metric)} against tokens of a request`}
              points={againstTokens}
              xTitle="tokens that a request reads"
              yTitle={metricLabel(metric)}
            />
            <ScatterChart
              title={`${metricLabel(metric)} against parameters trained`}
              points={againstTrained}
              xTitle="parameters that fine-tuning trains"
              yTitle={metricLabel(metric)}
            />
          </>
        )}
        <LineChart title="Training FLOPs of a request" series={flops} xTitle="events of the history" yTitle="FLOPs (6 N D)" height={320} />
        <LineChart title="Measured time of a request" series={time} xTitle="events of the history" yTitle="milliseconds" height={320} />
      </div>
    </>
  );
}

type Place = (run: RunDetail) => { x: number; note?: string } | null;

const tokenPlace: Place = (run) => {
  const request = tokensOf(run);
  return request && { x: request.tokens, ...(request.estimated && { note: 'tokens estimated between counted history lengths' }) };
};

const trainedPlace: Place = ({ parameters }) =>
  parameters && { x: parameters.trainable, note: `of ${formatCount(parameters.total)} in all` };

/** Of runs that share a colour, the dash tells lines apart, and the symbol points. */
const SYMBOLS = { solid: 'circle', dash: 'square', dot: 'diamond', dashdot: 'cross' } as const;

function pointsOf(runs: readonly RunDetail[], metric: string, scheme: ColorScheme, place: Place): ScatterPoint[] {
  return runs.flatMap((run) => {
    const [value, at] = [run.metrics[metric], place(run)];
    if (!value || !at) return [];
    const { color, dash } = runStyle(run.id, scheme);
    const interval = { y: value.value, low: value.low, high: value.high };
    return [{ id: run.id, name: run.name, color, symbol: SYMBOLS[dash], ...interval, ...at }];
  });
}

const DASHES = { embedding: 'solid', 'text-prompt': 'dash', 'text-summary': 'dot' } as const;
const NAMED = 2;

function seriesOf(runs: readonly RunDetail[], lines: readonly CostLine[], scheme: ColorScheme): Series[] {
  return lines.map(({ id, runIds, method, lengths, values }) => {
    const names = runIds.map((runId) => runs.find((run) => run.id === runId)!.name);
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
    return {
      id,
      name: `${names.slice(0, NAMED).join(', ')}${more}: ${METHOD_LABELS[method]}`,
      color: runStyle(runIds[0]!, scheme).color,
      dash: DASHES[method],
      x: lengths,
      y: values,
      markers: true,
      exact: true,
    };
  });
}
