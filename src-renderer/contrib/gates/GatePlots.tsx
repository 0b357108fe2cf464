import { useMemo, useState } from 'react';
import type { Gate } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { type LiveCurve, useCurves } from '../../state/curves.ts';
import { runStyle, seriesColor } from '../../state/runColors.ts';
import { isRunActive, runs } from '../../state/stores.ts';
import { BarChart } from '../../widgets/charts/BarChart.tsx';
import { LineChart, type Series } from '../../widgets/charts/LineChart.tsx';
import { EmptyState, ErrorNote, Loading, Select } from '../../widgets/controls.tsx';
import { currentGates, layerOf, layersOf, type RunGatesData } from './gateSeries.ts';

/** Gate value per layer (User-LLM, figure 4) and its path over training, for one run or several. */
export function GatePlots({ runIds }: { runIds: string[] }) {
  const all = runs.use((state) => state.value);
  const chosen = useMemo(() => runIds.flatMap((id) => all.find((run) => run.id === id) ?? []), [runIds, all]);
  const version = chosen.map((run) => `${run.id}/${run.status}`).join();
  const details = useQuery(`gates:${version}`, () => Promise.all(runIds.map((runId) => call('runs.get', { runId }))));
  const { curves, loaded, error } = useCurves(runIds);
  const gateCurves = useMemo(() => curves.filter((curve) => layerOf(curve.name) !== null), [curves]);
  const finals = details.value;
  const data = useMemo(
    () =>
      chosen.map((run): RunGatesData => {
        const final: Gate[] = finals?.find((detail) => detail.id === run.id)?.gates ?? [];
        return {
          runId: run.id,
          name: run.name,
          gates: currentGates(
            final,
            gateCurves.filter((curve) => curve.runId === run.id),
          ),
        };
      }),
    [chosen, finals, gateCurves],
  );
  if (details.error || error) return <ErrorNote message={details.error ?? error ?? ''} onRetry={details.reload} />;
  if (!loaded || (!finals && details.loading)) return <Loading what="gates" />;
  const gated = data.filter((run) => run.gates.length > 0);
  if (gated.length === 0) return <NoGates training={chosen.some(isRunActive)} />;
  return (
    <div className="gates">
      <p className="muted">
        A gate scales what its layer lets the language model see of the user: 0 keeps the user out, farther from 0 lets in more.
      </p>
      <LayerChart runs={gated} />
      <PathChart runs={gated} curves={gateCurves} />
      {gated.length < data.length && (
        <p className="muted">
          Without gates:{' '}
          {data
            .filter((run) => run.gates.length === 0)
            .map((run) => run.name)
            .join(', ')}
          .
        </p>
      )}
    </div>
  );
}

function NoGates({ training }: { training: boolean }) {
  return (
    <EmptyState icon="symbol-event" title={training ? 'No gate values yet' : 'No gates here'}>
      {training ? (
        'They appear when fine-tuning begins, if the experiment has gated cross-attention.'
      ) : (
        <>
          Only runs with <code>"integration": {'{ "kind": "cross-attention", "gated": true }'}</code> have gates.
        </>
      )}
    </EmptyState>
  );
}

function LayerChart({ runs: list }: { runs: RunGatesData[] }) {
  const scheme = useColorScheme();
  const layers = useMemo(() => layersOf(list), [list]);
  const labels = useMemo(() => layers.map((layer) => `layer ${layer}`), [layers]);
  const series = useMemo(
    () =>
      list.map((run) => ({
        name: run.name,
        color: runStyle(run.runId, scheme).color,
        values: layers.map((layer) => run.gates.find((gate) => gate.layer === layer)?.value ?? Number.NaN),
      })),
    [list, layers, scheme],
  );
  return (
    <BarChart
      title="Gate value per layer"
      labels={labels}
      series={series}
      xTitle="cross-attention layer"
      yTitle="gate, tanh(α)"
      height={300}
    />
  );
}

const ALL = 'all';

function PathChart({ runs: list, curves }: { runs: RunGatesData[]; curves: LiveCurve[] }) {
  const scheme = useColorScheme();
  const layers = useMemo(() => layersOf(list), [list]);
  const several = list.length > 1;
  const [chosen, setChosen] = useState(ALL);
  const layer = several && chosen === ALL ? String(layers.at(-1)) : chosen;
  const series = useMemo((): Series[] => {
    const shown = curves.filter((curve) => layer === ALL || layerOf(curve.name) === Number(layer));
    return shown.map((curve) => seriesOf(curve, list, several, scheme));
  }, [curves, list, layer, several, scheme]);
  const options = [
    ...(several ? [] : [{ value: ALL, label: 'all' }]),
    ...layers.map((each) => ({ value: String(each), label: String(each) })),
  ];
  return (
    <div className="gate-path">
      <Select inline label="Layer" value={layer} options={options} onChange={(event) => setChosen(event.target.value)} />
      <LineChart title="Gate value over training" series={series} xTitle="fine-tuning step" yTitle="gate, tanh(α)" height={300} />
    </div>
  );
}

function seriesOf(curve: LiveCurve, list: RunGatesData[], several: boolean, scheme: 'dark' | 'light'): Series {
  const layer = layerOf(curve.name)!;
  const base = { id: `${curve.runId}/${layer}`, x: curve.steps, y: curve.values, exact: true };
  if (several)
    return { ...base, name: list.find((run) => run.runId === curve.runId)?.name ?? curve.runId, ...runStyle(curve.runId, scheme) };
  return { ...base, name: `layer ${layer}`, color: seriesColor(layer, scheme) };
}
