import type { ReactNode } from 'react';
import type { GeneratedText } from '../../../src-shared/model.ts';
import { ErrorNote } from '../../widgets/controls.tsx';
import { countOf, formatNumber } from '../../widgets/format.ts';
import { differentPieces } from './textDifference.ts';
import type { WrittenColumn } from './useWriting.ts';

const ENDINGS: Record<GeneratedText['ended'], string> = {
  'end-of-text': 'ended by the model',
  stop: 'ended by a stop text',
  length: 'as long as allowed',
  cancelled: 'stopped',
};

interface PlaygroundColumnProps {
  title: string;
  /** Who it is written for, or by which run. */
  head: ReactNode;
  written: WrittenColumn | undefined;
  /** The text that this one is compared with. */
  reference: readonly string[] | undefined;
}

/** One way of writing: its text with what differs marked, and the likeliest answers to the run's own question. */
export function PlaygroundColumn({ title, head, written, reference }: PlaygroundColumnProps) {
  return (
    <section className="play-column" aria-label={title}>
      <header className="play-column-head">
        <h2>{title}</h2>
        <div className="play-column-who">{head}</div>
      </header>
      {written ? (
        <Written title={title} written={written} reference={reference} />
      ) : (
        <p className="muted play-waiting">Nothing written yet.</p>
      )}
    </section>
  );
}

function Written({ title, written, reference }: { title: string; written: WrittenColumn; reference: readonly string[] | undefined }) {
  const { pieces, result, candidates, error, writing } = written;
  return (
    <>
      {result && (
        <p className="play-prompt" title={result.prompt}>
          {result.prompt}
        </p>
      )}
      <output className="play-text" aria-label={`${title}: text`} aria-busy={writing}>
        <Pieces pieces={pieces} reference={reference} />
        {pieces.length === 0 && (
          <span className="muted">{writing ? 'Waiting for the model…' : result ? 'The model wrote nothing.' : 'Stopped.'}</span>
        )}
      </output>
      {result && (
        <p className="play-facts">
          {countOf(result.tokens, 'token')}, {ENDINGS[result.ended]}, first after {formatNumber(Math.round(result.firstTokenMs))} ms;{' '}
          {countOf(result.promptTokens, 'token')} read
        </p>
      )}
      {error && <ErrorNote message={error} />}
      <h3 className="play-next">Likeliest answers</h3>
      {candidates ? <Candidates candidates={candidates} /> : <p className="muted">{writing ? 'Searching…' : 'Not searched.'}</p>}
    </>
  );
}

function Pieces({ pieces, reference }: { pieces: readonly string[]; reference: readonly string[] | undefined }) {
  const different = reference ? differentPieces(pieces, reference) : [];
  return pieces.map((piece, at) =>
    different[at] ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other identity than its place
      <mark key={at}>{shown(piece, at)}</mark>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: likewise
      <span key={at}>{shown(piece, at)}</span>
    ),
  );
}

/** A text begins without the space between it and the prompt. */
const shown = (piece: string, at: number) => (at === 0 ? piece.trimStart() : piece);

/** Titles with the probability that the model writes just them; bars are relative to the likeliest. */
function Candidates({ candidates }: { candidates: NonNullable<WrittenColumn['candidates']> }) {
  const best = Math.exp(candidates[0]?.score ?? 0);
  return (
    <ol className="play-candidates">
      {candidates.map(({ text, score }) => (
        <li key={text}>
          <span className="ellipsis" title={text}>
            {text}
          </span>
          <span className="numeric play-share">{percent(Math.exp(score))}</span>
          <span className="play-bar" style={{ width: `${(100 * Math.exp(score)) / best}%` }} aria-hidden="true" />
        </li>
      ))}
    </ol>
  );
}

function percent(share: number): string {
  return share < 0.0001 ? '< 0.01 %' : `${(100 * share).toFixed(share < 0.1 ? 2 : 1)} %`;
}
