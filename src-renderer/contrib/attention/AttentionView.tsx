import { useMemo, useState } from 'react';
import type { Attention, Occlusion } from '../../../src-shared/attention.ts';
import type { MethodInput } from '../../../src-shared/contract.ts';
import { HeatmapChart } from '../../widgets/charts/HeatmapChart.tsx';
import { Note, Select, Toggle } from '../../widgets/controls.tsx';
import { Effects } from './Effects.tsx';
import { EventList } from './EventList.tsx';
import { TokenText } from './TokenText.tsx';
import { answerWeights, combineWeights, relative, type WeightChoice } from './weights.ts';

/** What is pointed at, or was last clicked. */
export type Pointed = { kind: 'token' | 'slot'; index: number } | null;

interface AttentionViewProps {
  example: MethodInput<'runs.attention'>;
  attention: Attention;
}

const MEAN = 'mean';

export function AttentionView({ example, attention }: AttentionViewProps) {
  const { layers, tokens, events, slots } = attention;
  const [choice, setChoice] = useState<WeightChoice>({ layer: null, head: null, gated: true });
  const [hovered, setHovered] = useState<Pointed>(null);
  const [kept, setKept] = useState<Pointed>(null);
  const [occlusion, setOcclusion] = useState<Occlusion | null>(null);
  const matrix = useMemo(() => combineWeights(layers, choice), [layers, choice]);
  const pointed = hovered ?? kept;
  const ofAnswer = useMemo(() => answerWeights(matrix, tokens), [matrix, tokens]);
  const slotWeights = pointed?.kind === 'token' ? (matrix[pointed.index] ?? []) : ofAnswer;
  const tokenWeights = pointed?.kind === 'slot' ? matrix.map((row) => row[pointed.index] ?? 0) : null;
  const point = {
    pointed,
    kept,
    onHover: setHovered,
    onKeep: (what: Pointed) => setKept(JSON.stringify(what) === JSON.stringify(kept) ? null : what),
  };
  const slotLabels = useMemo(
    () => (slots === 'events' ? events.map(({ title }) => title) : (matrix[0] ?? []).map((_, at) => `latent ${at + 1}`)),
    [slots, events, matrix],
  );
  return (
    <>
      {layers.length === 0 && (
        <Note kind="info">
          {events.length === 0
            ? 'This run knows nothing of the user: there is no history to look at.'
            : 'This run has no cross-attention, so there are no weights; which events moved the answer can be measured all the same.'}
        </Note>
      )}
      {layers.length > 0 && <Choices layers={layers} choice={choice} onChange={setChoice} />}
      <TokenText tokens={tokens} weights={tokenWeights && relative(tokenWeights)} isLive={layers.length > 0} {...point} />
      {events.length > 0 && (
        <EventList
          attention={attention}
          weights={layers.length > 0 && slots === 'events' ? slotWeights : null}
          whose={pointed?.kind === 'token' ? `after “${tokens[pointed.index]!.text.trim()}”` : 'while the answer was written'}
          occlusion={occlusion}
          {...point}
        />
      )}
      {events.length > 0 && (
        <Effects example={example} attention={attention} ofAnswer={ofAnswer} occlusion={occlusion} onMeasured={setOcclusion} />
      )}
      {layers.length > 0 && (
        <HeatmapChart
          title={`Attention, ${describe(choice)}`}
          xLabels={slotLabels}
          yLabels={tokens.map(({ text }) => text)}
          values={matrix}
          xTitle={slots === 'events' ? 'event' : 'latent'}
          yTitle="token"
        />
      )}
    </>
  );
}

function describe({ layer, head, gated }: WeightChoice): string {
  const parts = [layer === null ? 'mean of layers' : `layer ${layer}`, head === null ? 'mean of heads' : `head ${head + 1}`];
  return [...parts, gated ? 'gates applied' : 'before the gates'].join(', ');
}

function Choices({
  layers,
  choice,
  onChange,
}: {
  layers: Attention['layers'];
  choice: WeightChoice;
  onChange(choice: WeightChoice): void;
}) {
  const numberOf = (value: string) => (value === MEAN ? null : Number(value));
  const heads = layers[0]!.weights.length;
  return (
    <div className="attention-choices">
      <Select
        inline
        label="Layer"
        value={String(choice.layer ?? MEAN)}
        options={[
          { value: MEAN, label: 'mean of all' },
          ...layers.map(({ layer, gate }) => ({ value: String(layer), label: `${layer} (gate ${gate.toFixed(3)})` })),
        ]}
        onChange={(event) => onChange({ ...choice, layer: numberOf(event.target.value) })}
      />
      <Select
        inline
        label="Head"
        value={String(choice.head ?? MEAN)}
        options={[
          { value: MEAN, label: 'mean of all' },
          ...Array.from({ length: heads }, (_, at) => ({ value: String(at), label: String(at + 1) })),
        ]}
        onChange={(event) => onChange({ ...choice, head: numberOf(event.target.value) })}
      />
      <Toggle label="Gates applied" checked={choice.gated} onChange={(gated) => onChange({ ...choice, gated })} />
      <span className="muted">Point at a token or an event, or click to keep it.</span>
    </div>
  );
}
