import { useEffect, useId, useRef, useState } from 'react';
import type { GeneratedText } from '../../../src-shared/model.ts';
import { call, messageOf, onBackendEvent } from '../../state/backend.ts';
import { Button, ErrorNote, TextField, Toggle } from '../../widgets/controls.tsx';
import { countOf, formatNumber } from '../../widgets/format.ts';

const ENDINGS: Record<GeneratedText['ended'], string> = {
  'end-of-text': 'the model ended the text',
  stop: 'a stop text came',
  length: 'as long as allowed',
  cancelled: 'stopped',
};

/** A prompt, and the text that the model continues it with, as it is written. */
export function WriteWithModel({ name, hasChatTemplate }: { name: string; hasChatTemplate: boolean }) {
  const [prompt, setPrompt] = useState('Once upon a time');
  const [maxTokens, setMaxTokens] = useState('100');
  const [temperature, setTemperature] = useState('0');
  const [chat, setChat] = useState(hasChatTemplate);
  const { text, result, error, writing, write, stop } = useWriting(name);
  const id = useId();
  const options = { maxTokens: Number(maxTokens), temperature: Number(temperature) };
  const isValid = prompt !== '' && Number.isInteger(options.maxTokens) && options.maxTokens > 0 && options.temperature >= 0;
  return (
    <section className="section">
      <h2>Write</h2>
      <form
        className="model-write"
        onSubmit={(event) => {
          event.preventDefault();
          if (isValid && !writing) void write({ prompt, chat, options });
        }}
      >
        <div className="field model-prompt">
          <label htmlFor={id}>Prompt</label>
          <textarea id={id} className="input" rows={3} value={prompt} onChange={(event) => setPrompt(event.target.value)} />
        </div>
        <TextField label="Tokens at most" inputMode="numeric" value={maxTokens} onChange={(event) => setMaxTokens(event.target.value)} />
        <TextField
          label="Temperature"
          inputMode="decimal"
          hint="0: the likeliest token each time"
          value={temperature}
          onChange={(event) => setTemperature(event.target.value)}
        />
        {hasChatTemplate && <Toggle label="Answer it as a message" checked={chat} onChange={setChat} />}
        {writing ? (
          <Button icon="debug-stop" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button kind="primary" icon="play" type="submit" disabled={!isValid}>
            Write
          </Button>
        )}
      </form>
      {error && <ErrorNote message={error} />}
      {(writing || text !== '') && (
        <output className="model-text" aria-busy={writing}>
          {text}
        </output>
      )}
      {result && (
        <p className="muted">
          {countOf(result.tokens, 'token')}, {ENDINGS[result.ended]}; first after {formatNumber(Math.round(result.firstTokenMs))} ms
          {result.tokensPerSecond !== null && `, then ${formatNumber(Number(result.tokensPerSecond.toPrecision(3)))} tokens/s`}
        </p>
      )}
    </section>
  );
}

/** One text at a time; leaving the editor ends it. */
function useWriting(name: string) {
  const current = useRef<string | null>(null);
  const [text, setText] = useState('');
  const [result, setResult] = useState<GeneratedText | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [writing, setWriting] = useState(false);
  const stop = () => {
    if (current.current) void call('models.stopGeneration', { generationId: current.current });
  };
  useEffect(() => {
    const unsubscribe = onBackendEvent('generation.text', (piece) => {
      if (piece.generationId === current.current) setText((before) => before + piece.text);
    });
    return () => {
      unsubscribe();
      if (current.current) void call('models.stopGeneration', { generationId: current.current });
    };
  }, []);
  const write = async ({
    prompt,
    chat,
    options,
  }: {
    prompt: string;
    chat: boolean;
    options: { maxTokens: number; temperature: number };
  }) => {
    const shownPrompt = chat ? '' : prompt;
    const generationId = crypto.randomUUID();
    current.current = generationId;
    setText(shownPrompt);
    setResult(null);
    setError(null);
    setWriting(true);
    try {
      const seed = Math.floor(Math.random() * 2 ** 31);
      const written = await call('models.generate', { name, prompt, chat, options: { ...options, seed }, generationId });
      setText(shownPrompt + written.text);
      setResult(written);
    } catch (failure) {
      setError(messageOf(failure));
    } finally {
      current.current = null;
      setWriting(false);
    }
  };
  return { text, result, error, writing, write, stop };
}
