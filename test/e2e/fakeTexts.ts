import type { Attention } from '../../src-shared/attention.ts';
import type { BackendApi, BackendEvent } from '../../src-shared/contract.ts';
import { AppError } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { WrittenFor } from '../../src-shared/history.ts';
import { makeTimeline, TITLES } from './fakeData.ts';
import type { FakeRuns } from './fakeRuns.ts';

const TASK_PROMPT = 'Next title:';

/** The part of the fake backend that writes with runs: what it writes depends on the user, the edits and the gates, and on nothing else. */
export function createFakeTexts(emit: (event: BackendEvent) => void, runs: FakeRuns) {
  const stopped = new Set<string>();
  const api = {
    'runs.history': async ({ runId, userId }) => {
      const { integration, history } = runs.get(runId).detail.config as Experiment;
      return {
        events: makeTimeline(userId),
        embeddedEvents: history.embedded,
        promptedEvents: integration.kind === 'none' ? 0 : history.prompted,
        taskPrompt: TASK_PROMPT,
        ratings: ['0.5', '1.0', '1.5', '2.0', '2.5', '3.0', '3.5', '4.0', '4.5', '5.0'],
      };
    },
    'runs.generate': async ({ prompt = TASK_PROMPT, generationId, ...request }) => {
      if (generationId && stopped.has(generationId)) throw new AppError('cancelled', 'generate: cancelled');
      const first = numberOf(request);
      const candidates = TITLES.slice(first, first + 5).map((text, i) => ({ text, score: -0.7 - i * 0.6, inCatalogue: true }));
      return { prompt, candidates };
    },
    'runs.write': async ({ prompt = TASK_PROMPT, generationId, options, ...request }) => {
      const pieces = ` ${TITLES[numberOf(request)]!}`.split(/(?= )/).slice(0, options.maxTokens);
      const written: string[] = [];
      for (const text of pieces) {
        if (generationId && stopped.has(generationId)) break;
        written.push(text);
        if (generationId) emit({ name: 'generation.text', payload: { generationId, text } });
        await Promise.resolve();
      }
      return {
        prompt:
          typeof request.promptedEvents === 'number' && request.promptedEvents > 0
            ? `History: ${TITLES[0]} (Drama, 4.0);\n${prompt}`
            : prompt,
        text: written.join(''),
        pieces: written,
        promptTokens: 4,
        tokens: written.length,
        ended: written.length < pieces.length ? 'cancelled' : 'end-of-text',
        firstTokenMs: 12,
        tokensPerSecond: 80,
      };
    },
    'runs.attention': async ({ runId, userId, answer }) => attentionOf(runs.get(runId).detail.config as Experiment, userId, answer),
    'runs.occlusion': async ({ runId, userId, generationId }) => {
      if (generationId && stopped.has(generationId)) throw new AppError('cancelled', 'generate: cancelled');
      const { events } = attentionOf(runs.get(runId).detail.config as Experiment, userId);
      const without = events.map(({ eventIndex }, place) => ({ eventIndex, logProbability: -3 + 0.4 * Math.sin(place * 2.1) }));
      return { logProbability: -3, withoutUser: -4.2, without };
    },
    'runs.export': async ({ path }) => ({ path }),
  } satisfies Partial<BackendApi>;
  return { api, stop: (generationId: string) => void stopped.add(generationId) };
}

/** A number for everything that a text is written for. */
function numberOf({ userId, history, userPath = true, gateScale = 1 }: WrittenFor): number {
  if (userId === null || gateScale === 0) return 0;
  const parts = [userId, history?.length ?? -1, userPath ? 1 : 2, Math.round(gateScale * 10)];
  return 1 + (((parts.reduce((sum, part) => sum * 31 + part, 7) % (TITLES.length - 6)) + TITLES.length - 6) % (TITLES.length - 6));
}

const HEADS = 2;

/** Weights that favour a few events, others in every layer, head and token. */
function attentionOf({ integration, history }: Experiment, userId: number, answer?: string): Attention {
  const timeline = makeTimeline(userId);
  const start = Math.max(0, timeline.length - 1 - history.embedded);
  const events = timeline.slice(start, -1).map((event, place) => ({ ...event, eventIndex: start + place }));
  const title = answer ?? timeline.at(-1)!.title;
  const words = (text: string, ofAnswer: boolean) => text.split(/(?= )/).map((word) => ({ text: word, ofAnswer }));
  const tokens = [...words(TASK_PROMPT, false), ...words(` ${title}`, true)];
  const rowOf = (salt: number) => {
    const raw = events.map((_, place) => Math.exp(2.5 * Math.sin(place * 1.7 + salt)));
    const sum = raw.reduce((total, value) => total + value, 0);
    return raw.map((value) => value / sum);
  };
  const weightsOf = (layer: number) =>
    Array.from({ length: HEADS }, (_, head) => tokens.map((_, token) => rowOf(layer * 5 + head * 2 + token * 0.6)));
  const layers = [0, 1, 2].map((layer) => ({ layer, gate: [0.1, 0.02, 0.4][layer]!, weights: weightsOf(layer) }));
  return {
    prompt: TASK_PROMPT,
    answer: title,
    tokens,
    events: integration.kind === 'none' ? [] : events,
    slots: 'events',
    layers: integration.kind === 'cross-attention' ? layers : [],
  };
}
