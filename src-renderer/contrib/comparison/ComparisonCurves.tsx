import { useMemo, useState } from 'react';
import { type ColorScheme, useColorScheme } from '../../state/colorScheme.ts';
import { type LiveCurve, useCurves } from '../../state/curves.ts';
import { runStyle } from '../../state/runColors.ts';
import { STAGE_LABELS } from '../../state/runProgress.ts';
import { useSmoothed } from '../../state/smoothed.ts';
import { runById } from '../../state/stores.ts';
import { LineChart, type Series } from '../../widgets/charts/LineChart.tsx';
import { EmptyState, ErrorNote, Loading, Select, Toggle } from '../../widgets/controls.tsx';
import { BANDS, type BandKind, type SeedBand, seedBand } from './seedBands.ts';

const NAMES: Record<string, string> = {
  loss: 'Training loss',
  validationLoss: 'Validation loss',
  learningRate: 'Learning rate',
  gradientNorm: 'Gradient norm',
  tokensPerSecond: 'Throughput',
};
const SMOOTHING = [
  { value: '0', label: 'none' },
  { value: '0.6', label: 'light' },
  { value: '0.9', label: 'medium' },
  { value: '0.97', label: 'strong' },
];

interface ComparisonCurvesProps {
  runIds: string[];
  /** Runs that differ in their seed alone, by the first of them: they share a line with a band. null: every run has its own. */
  seeds: ReadonlyMap<string, string[]> | null;
  /** Drawn as a thicker line. */
  baselineId: string | null;
}

/** One curve of every run in one picture, one colour a run. */
export function ComparisonCurves({ runIds, seeds, baselineId }: ComparisonCurvesProps) {
  const { curves, loaded, error } = useCurves(runIds);
  const scheme = useColorScheme();
  const [chosenStage, setStage] = useState<string | null>(null);
  const [chosenName, setName] = useState<string | null>(null);
  const [smoothing, setSmoothing] = useState('0.9');
  const [band, setBand] = useState<BandKind>('range');
  const [eachSeed, setEachSeed] = useState(false);
  const stages = useMemo(() => Object.keys(STAGE_LABELS).filter((stage) => curves.some((curve) => curve.stage === stage)), [curves]);
  const stage = chosenStage ?? (stages.includes('finetune') ? 'finetune' : stages[0]);
  const names = useMemo(() => [...new Set(curves.filter((curve) => curve.stage === stage).map((curve) => curve.name))], [curves, stage]);
  const name = chosenName && names.includes(chosenName) ? chosenName : names.includes('loss') ? 'loss' : names[0];
  const shown = useMemo(() => curves.filter((curve) => curve.stage === stage && curve.name === name), [curves, stage, name]);
  const weight = Number(smoothing);
  const smoothed = useSmoothed(shown, weight);
  const series = useMemo((): Series[] => {
    const smoothOf = (curve: LiveCurve) => (weight > 0 ? { smoothed: smoothed(curve) } : {});
    const line = (curve: LiveCurve) => ({ ...lineOf(curve, scheme, curve.runId === baselineId), ...smoothOf(curve) });
    if (!seeds) return shown.map(line);
    return [...seeds].flatMap(([first, members]) => {
      const ofSeeds = shown.filter(({ runId }) => members.includes(runId));
      if (ofSeeds.length < 2) return ofSeeds.map(line);
      const isBaseline = baselineId !== null && members.includes(baselineId);
      const spread = seedBand(weight > 0 ? ofSeeds.map((curve) => ({ ...curve, values: smoothed(curve) })) : ofSeeds, band);
      const banded = bandedLine(first, ofSeeds, spread, BANDS[band], scheme, isBaseline);
      return eachSeed
        ? [banded, ...ofSeeds.map((curve) => ({ ...lineOf(curve, scheme, false), ...smoothOf(curve), width: 0.8 }))]
        : [banded];
    });
  }, [shown, scheme, seeds, band, eachSeed, weight, smoothed, baselineId]);
  if (error) return <ErrorNote message={error} />;
  if (!loaded) return <Loading what="curves" />;
  if (!stage || !name) {
    return <EmptyState icon="graph-line" title="These runs have no curves yet" />;
  }
  const title = NAMES[name] ?? name;
  return (
    <section className="comparison-curves" aria-label="Curves">
      <div className="curves-bar">
        <Select
          inline
          label="Curve"
          value={name}
          options={names.map((value) => ({ value, label: NAMES[value] ?? value }))}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          inline
          label="Stage"
          value={stage}
          options={stages.map((value) => ({ value, label: STAGE_LABELS[value as keyof typeof STAGE_LABELS] }))}
          onChange={(event) => setStage(event.target.value)}
        />
        <Select inline label="Smoothing" value={smoothing} options={SMOOTHING} onChange={(event) => setSmoothing(event.target.value)} />
        {seeds && (
          <>
            <Select
              inline
              label="Band"
              value={band}
              options={Object.entries(BANDS).map(([value, label]) => ({ value, label }))}
              onChange={(event) => setBand(event.target.value as BandKind)}
            />
            <Toggle label="Each seed" checked={eachSeed} onChange={setEachSeed} />
          </>
        )}
      </div>
      <LineChart
        title={`${title}, ${STAGE_LABELS[stage as keyof typeof STAGE_LABELS].toLowerCase()}`}
        series={series}
        xTitle="step"
        height={340}
        smoothing={weight}
      />
    </section>
  );
}

const BASELINE_WIDTH = 3;
const baselineOf = (isBaseline: boolean) => (isBaseline ? { width: BASELINE_WIDTH } : {});
const nameOf = (runId: string, isBaseline: boolean) => `${runById(runId)?.name ?? runId}${isBaseline ? ' (baseline)' : ''}`;

function lineOf({ runId, steps, values }: LiveCurve, scheme: ColorScheme, isBaseline: boolean): Series {
  const name = nameOf(runId, isBaseline);
  return { id: runId, name, x: steps, y: values, ...baselineOf(isBaseline), ...runStyle(runId, scheme) };
}

/** The mean of seeds in the colour of the first, already smoothed. */
function bandedLine(
  first: string,
  curves: readonly LiveCurve[],
  { steps, mean, low, high }: SeedBand,
  label: string,
  scheme: ColorScheme,
  isBaseline: boolean,
): Series {
  const name = `${runById(first)?.name ?? first} (${curves.length} seeds${isBaseline ? ', baseline' : ''})`;
  const band = { low, high, label };
  return { id: `mean ${first}`, name, x: steps, y: mean, band, exact: true, ...baselineOf(isBaseline), ...runStyle(first, scheme) };
}
