import { useState } from 'react';
import type { Attention, Occlusion } from '../../../src-shared/attention.ts';
import { Select } from '../../widgets/controls.tsx';
import { formatDate, formatDelta } from '../../widgets/format.ts';
import type { Pointing } from './TokenText.tsx';
import { relative } from './weights.ts';

interface EventListProps extends Pointing {
  attention: Attention;
  /** Of each event; null where the model has none. */
  weights: number[] | null;
  /** Which tokens the weights are of. */
  whose: string;
  occlusion: Occlusion | null;
}

/** By how much an event raised the answer's log-probability: what is lost without it. */
export function effectsOf({ logProbability, without }: Occlusion): number[] {
  return without.map((each) => logProbability - each.logProbability);
}

type Order = 'time' | 'weight' | 'effect';

/** The events that the model reads: title, rating and date, how much of the attention they have, and how much they moved the answer. */
export function EventList({ attention, weights, whose, occlusion, pointed, kept, onHover, onKeep }: EventListProps) {
  const [order, setOrder] = useState<Order>('time');
  const effects = occlusion && effectsOf(occlusion);
  const shares = weights && relative(weights);
  const largest = Math.max(1e-12, ...(effects ?? []).map(Math.abs));
  const rows = attention.events.map((event, index) => ({ event, index }));
  if (order === 'weight' && weights) rows.sort((a, b) => weights[b.index]! - weights[a.index]!);
  else if (order === 'effect' && effects) rows.sort((a, b) => Math.abs(effects[b.index]!) - Math.abs(effects[a.index]!));
  else rows.reverse();
  const orders = [
    { value: 'time', label: 'newest first' },
    ...(weights ? [{ value: 'weight', label: 'most attention first' }] : []),
    ...(effects ? [{ value: 'effect', label: 'largest effect first' }] : []),
  ];
  return (
    <section className="section attention-events" aria-label="Events">
      <div className="section-head">
        <h2>Events</h2>
        <span className="muted">{weights ? `attention ${whose}` : 'that the model reads'}</span>
        <Select inline label="Order" value={order} options={orders} onChange={(event) => setOrder(event.target.value as Order)} />
      </div>
      <ol>
        {rows.map(({ event, index }) => (
          <li key={event.eventIndex}>
            <button
              type="button"
              className={`attention-event ${pointed?.kind === 'slot' && pointed.index === index ? 'attention-pointed' : ''}`}
              disabled={!weights}
              aria-pressed={kept?.kind === 'slot' && kept.index === index}
              onMouseEnter={() => onHover({ kind: 'slot', index })}
              onMouseLeave={() => onHover(null)}
              onFocus={() => onHover({ kind: 'slot', index })}
              onBlur={() => onHover(null)}
              onClick={() => onKeep({ kind: 'slot', index })}
            >
              <span className="attention-event-name">
                <span className="ellipsis" title={event.title}>
                  {event.title}
                </span>
                <span className="attention-event-note ellipsis">
                  {[event.genre, event.rating && `rated ${event.rating}`, formatDate(event.timestampMs)].filter(Boolean).join(' · ')}
                </span>
              </span>
              {shares && (
                <span className="attention-weight">
                  <span className="attention-bar" style={{ width: `${100 * shares[index]!}%` }} aria-hidden="true" />
                  <span className="numeric">{weightText(weights![index]!)}</span>
                </span>
              )}
              {effects && (
                <span className="attention-effect">
                  <span
                    className={effects[index]! >= 0 ? 'attention-raises' : 'attention-lowers'}
                    style={{ width: `${(50 * Math.abs(effects[index]!)) / largest}%` }}
                    aria-hidden="true"
                  />
                  <span className="numeric">{formatDelta(Number(effects[index]!.toFixed(4)))}</span>
                </span>
              )}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

const weightText = (weight: number): string => (weight === 0 ? '0' : weight < 0.0005 ? '< 0.001' : weight.toFixed(3));
