import type { Attention } from '../../../src-shared/attention.ts';
import type { Pointed } from './AttentionView.tsx';

export interface Pointing {
  pointed: Pointed;
  kept: Pointed;
  onHover(what: Pointed): void;
  onKeep(what: Pointed): void;
}

interface TokenTextProps extends Pointing {
  tokens: Attention['tokens'];
  /** Shares of the largest; null: no event is pointed at. */
  weights: number[] | null;
  /** Whether there is anything to point at. */
  isLive: boolean;
}

/** The text, token by token, as the model reads it: prompt, then answer. */
export function TokenText({ tokens, weights, isLive, pointed, kept, onHover, onKeep }: TokenTextProps) {
  return (
    <section className="attention-text" aria-label="Tokens">
      {tokens.map(({ text, ofAnswer }, index) => {
        const isPointed = pointed?.kind === 'token' && pointed.index === index;
        const label = text === '' ? '·' : text.replaceAll('\n', '↵');
        return (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other identity than its place
            key={index}
            type="button"
            disabled={!isLive}
            className={`attention-token ${ofAnswer ? 'attention-token-answer' : ''} ${isPointed ? 'attention-pointed' : ''}`}
            style={weights ? ({ '--weight': `${Math.round(45 * weights[index]!)}%` } as React.CSSProperties) : undefined}
            aria-pressed={kept?.kind === 'token' && kept.index === index}
            aria-label={`token ${label.trim()}${ofAnswer ? ', of the answer' : ''}`}
            onMouseEnter={() => onHover({ kind: 'token', index })}
            onMouseLeave={() => onHover(null)}
            onFocus={() => onHover({ kind: 'token', index })}
            onBlur={() => onHover(null)}
            onClick={() => onKeep({ kind: 'token', index })}
          >
            {label}
          </button>
        );
      })}
    </section>
  );
}
