import { useMemo, useState } from 'react';
import type { RunDetail, RunSummary, StageName } from '../../../src-shared/run.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { type LiveCurve, useCurves } from '../../state/curves.ts';
import { seriesColor } from '../../state/runColors.ts';
import { activeStage, STAGE_LABELS } from '../../state/runProgress.ts';
import { useSmoothed } from '../../state/smoothed.ts';
import { isRunActive } from '../../state/stores.ts';
import { LineChart, type Series } from '../../widgets/charts/LineChart.tsx';
import { EmptyState, ErrorNote, Loading, Select } from '../../widgets/controls.tsx';
import { type ChartGroup, groupCurves } from './curveGroups.ts';

interface RunCurvesProps {
  run: RunSummary;
  resumedAt: RunDetail['resumedAt'];
  stage: StageName | null;
  onStage(stage: StageName): void;
}

const SMOOTHING = [
  { value: '0', label: 'none' },
  { value: '0.6', label: 'light' },
  { value: '0.9', label: 'medium' },
  { value: '0.97', label: 'strong' },
];

/** The curves of one stage, kept up to date while the run trains. */
export function RunCurves({ run, resumedAt, stage, onStage }: RunCurvesProps) {
  const ids = useMemo(() => [run.id], [run.id]);
  const { curves, loaded, error } = useCurves(ids);
  const [smoothing, setSmoothing] = useState('0.6');
  const withCurves = run.stages.filter((each) => curves.some((curve) => curve.stage === each.name)).map((each) => each.name);
  const shown = stage ?? activeStage(run)?.name ?? preferred(withCurves);
  const mine = useMemo(() => curves.filter((curve) => curve.stage === shown), [curves, shown]);
  const groups = useMemo(() => groupCurves(mine), [mine]);
  const marks = useMemo(
    () => resumedAt.filter((each) => each.stage === shown).map((each) => ({ x: each.step, label: 'resumed' })),
    [resumedAt, shown],
  );
  if (error) return <ErrorNote message={error} />;
  if (!loaded) return <Loading what="curves" />;
  return (
    <div className="page-body curves">
      <div className="curves-bar">
        <Select
          inline
          label="Stage"
          value={shown ?? ''}
          options={run.stages.map(({ name }) => ({ value: name, label: STAGE_LABELS[name] }))}
          onChange={(event) => onStage(event.target.value as StageName)}
        />
        <Select inline label="Smoothing" value={smoothing} options={SMOOTHING} onChange={(event) => setSmoothing(event.target.value)} />
      </div>
      {groups.length === 0 ? (
        <NoCurves run={run} />
      ) : (
        <div className="chart-grid">
          {groups.map((group) => (
            <GroupChart key={group.id} group={group} smoothing={Number(smoothing)} marks={marks} />
          ))}
        </div>
      )}
    </div>
  );
}

function preferred(stages: StageName[]): StageName | undefined {
  return stages.includes('finetune') ? 'finetune' : stages.at(-1);
}

function NoCurves({ run }: { run: RunSummary }) {
  return (
    <EmptyState icon="graph-line" title={isRunActive(run) ? 'No points yet' : 'This stage has no curves'}>
      {isRunActive(run) ? 'They appear here as soon as the first steps are done.' : 'Choose another stage above, or look at Metrics.'}
    </EmptyState>
  );
}

function GroupChart({ group, smoothing, marks }: { group: ChartGroup; smoothing: number; marks: { x: number; label: string }[] }) {
  const scheme = useColorScheme();
  const weight = group.smooth ? smoothing : 0;
  const smoothed = useSmoothed(group.curves, weight);
  const series = useMemo(
    () =>
      group.curves.map((curve, index) => ({ ...seriesOf(curve, group, index, scheme), ...(weight > 0 && { smoothed: smoothed(curve) }) })),
    [group, scheme, weight, smoothed],
  );
  return (
    <div className={group.wide ? 'chart-wide' : ''}>
      <LineChart
        title={group.title}
        series={series}
        xTitle="step"
        yTitle={group.unit}
        height={group.wide ? 280 : 210}
        smoothing={weight}
        marks={marks}
      />
    </div>
  );
}

function seriesOf(curve: LiveCurve, group: ChartGroup, index: number, scheme: 'dark' | 'light'): Series {
  return {
    id: curve.name,
    name: group.label(curve.name),
    color: seriesColor(index, scheme),
    x: curve.steps,
    y: curve.values,
    markers: curve.name.startsWith('validation') && curve.steps.length < 60,
    exact: curve.name.startsWith('validation'),
  };
}
