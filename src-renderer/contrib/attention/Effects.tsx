import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Attention, Occlusion } from '../../../src-shared/attention.ts';
import type { MethodInput } from '../../../src-shared/contract.ts';
import { call, messageOf } from '../../state/backend.ts';
import { useColorScheme } from '../../state/colorScheme.ts';
import { seriesColor } from '../../state/runColors.ts';
import { BarChart } from '../../widgets/charts/BarChart.tsx';
import { Button, ErrorNote } from '../../widgets/controls.tsx';
import { formatNumber } from '../../widgets/format.ts';
import { effectsOf } from './EventList.tsx';
import { rankCorrelation } from './weights.ts';

interface EffectsProps {
  example: MethodInput<'runs.occlusion'>;
  attention: Attention;
  /** Attention of each slot while the answer was written. */
  ofAnswer: number[];
  occlusion: Occlusion | null;
  onMeasured(occlusion: Occlusion): void;
}

/** Occlusion: which events moved the answer, measured by leaving each out. */
export function Effects({ example, attention, ofAnswer, occlusion, onMeasured }: EffectsProps) {
  const { measuring, error, measure, stop } = useMeasuring(example, onMeasured);
  return (
    <section className="section attention-effects" aria-label="Effects">
      <div className="section-head">
        <h2>Which events moved the answer most</h2>
        {measuring ? (
          <Button icon="debug-stop" onClick={stop}>
            Stop measuring
          </Button>
        ) : (
          <Button icon="beaker" kind={occlusion ? 'secondary' : 'primary'} onClick={() => void measure()}>
            {occlusion ? 'Measure again' : `Measure ${attention.events.length} events`}
          </Button>
        )}
        {measuring && (
          <span className="muted" role="status">
            The model reads the history without each of its events…
          </span>
        )}
      </div>
      <p className="muted">
        Attention says where the model looked, not why it answered as it did. This leaves out one event after the other and measures how the
        log-probability of the answer changes: above 0, the event made the answer likelier.
      </p>
      {error && <ErrorNote message={error} onRetry={() => void measure()} />}
      {occlusion && <Measured attention={attention} ofAnswer={ofAnswer} occlusion={occlusion} />}
    </section>
  );
}

function useMeasuring(example: EffectsProps['example'], onMeasured: EffectsProps['onMeasured']) {
  const current = useRef<string | null>(null);
  const [measuring, setMeasuring] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const stop = useCallback(() => {
    if (current.current) void call('models.stopGeneration', { generationId: current.current });
  }, []);
  useEffect(() => stop, [stop]);
  const measure = async () => {
    const generationId = crypto.randomUUID();
    current.current = generationId;
    setMeasuring(true);
    setError(null);
    try {
      onMeasured(await call('runs.occlusion', { ...example, generationId }));
    } catch (failure) {
      if ((failure as { code?: string }).code !== 'cancelled') setError(messageOf(failure));
    } finally {
      current.current = null;
      setMeasuring(false);
    }
  };
  return { measuring, error, measure, stop };
}

const SHOWN = 12;

/** The title; of items that are there more than once, with the place in the timeline. */
function labelOf(events: Attention['events'], index: number): string {
  const { title, eventIndex } = events[index]!;
  return events.filter((other) => other.title === title).length > 1 ? `${title}, event ${eventIndex + 1}` : title;
}

function Measured({ attention, ofAnswer, occlusion }: { attention: Attention; ofAnswer: number[]; occlusion: Occlusion }) {
  const scheme = useColorScheme();
  const effects = useMemo(() => effectsOf(occlusion), [occlusion]);
  const { labels, series } = useMemo(() => {
    const largest = effects.map((effect, index) => ({ effect, index })).sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
    const shown = largest.slice(0, SHOWN);
    return {
      labels: shown.map(({ index }) => labelOf(attention.events, index)),
      series: [{ name: 'change of log-probability', color: seriesColor(0, scheme), values: shown.map(({ effect }) => effect) }],
    };
  }, [attention, effects, scheme]);
  const factor = Math.exp(occlusion.logProbability - occlusion.withoutUser);
  const isComparable = attention.slots === 'events' && attention.layers.length > 0;
  const correlation = isComparable ? rankCorrelation(ofAnswer, effects.map(Math.abs)) : null;
  return (
    <>
      <p>
        log p(answer) is <b>{formatNumber(occlusion.logProbability)}</b> with the history and <b>{formatNumber(occlusion.withoutUser)}</b>{' '}
        without the user: {factor >= 1 ? `${formatNumber(factor)} times as likely` : `${formatNumber(1 / factor)} times less likely`} for
        this user.
        {correlation !== null && ` Rank correlation of attention and size of the effect: ${correlation.toFixed(2)}.`}
      </p>
      <BarChart
        title="Change of the answer's log-probability by event"
        labels={labels}
        series={series}
        xTitle="event"
        yTitle="log p with it minus without it (nats)"
        height={60 + 22 * labels.length}
        horizontal
      />
    </>
  );
}
