import { describe, expect, test } from 'vitest';
import { efficiencyPoint, embeddingPromptTokens, measureRequests, textPromptTokens } from '../../src-main/evaluation/efficiency.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { historyText, nextItemPrompt } from '../../src-main/text/prompts.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const tokenizer = new Tokenizer(trainBytePairTokenizer([], 257));
const taskPrompt = nextItemPrompt();
const event = { title: 'Heat (1995)', genre: 'Action', rating: '4.5' };
const longer = { ...event, title: 'Heat (1995)!!' };

describe('tokens per request', () => {
  test('of the embedding path are those of the task prompt', () => {
    // Without merges a token is a byte.
    expect(embeddingPromptTokens(tokenizer, taskPrompt)).toBe('Next title:'.length);
  });

  test('of the text prompt are the mean over users with that many events, of their last ones', () => {
    const histories = [[longer, event, event], [longer, longer], [event]];
    const expected = (historyText([event, event], taskPrompt).length + historyText([longer, longer], taskPrompt).length) / 2;
    expect(textPromptTokens({ tokenizer, taskPrompt, histories }, 2)).toBe(expected);
  });

  test('are scaled up from the longest histories where nobody has that many events', () => {
    const histories = [[event, event], [longer]];
    const history = historyText([event, event], taskPrompt).length - taskPrompt.length;
    expect(textPromptTokens({ tokenizer, taskPrompt, histories }, 6)).toBe(taskPrompt.length + 3 * history);
  });

  test('are those of the task prompt where nobody has a history', () => {
    expect(textPromptTokens({ tokenizer, taskPrompt, histories: [[], []] }, 50)).toBe(taskPrompt.length);
  });
});

test('efficiencyPoint reckons 6 N D', () => {
  const point = { historyLength: 50, method: 'text-prompt', tokensPerRequest: 700, millisecondsPerRequest: 12 } as const;
  // 6 x 1,000 parameters x 700 tokens.
  expect(efficiencyPoint({ ...point, parameters: 1000 })).toEqual({ ...point, flops: 4_200_000 });
});

describe('measureRequests', () => {
  /** A clock that only requests move. */
  function fakeClock() {
    let time = 0;
    const request = (durations: number[]) => async () => {
      time += durations.shift()!;
    };
    return { now: () => time, request };
  }

  test('takes the median over requests and rounds, without the first round', async () => {
    const { now, request } = fakeClock();
    // Counted: 3, 5 and 4, 20 -> median of 3, 4, 5, 20 = 4.5.
    expect(await measureRequests([request([900, 3, 5]), request([800, 4, 20])], 2, now)).toBe(4.5);
  });

  test('runs one request after the other', async () => {
    const order: string[] = [];
    const request = (name: string) => async () => {
      order.push(`${name} starts`);
      await Promise.resolve();
      order.push(`${name} ends`);
    };
    await measureRequests([request('a'), request('b')], 1);
    expect(order.slice(0, 4)).toEqual(['a starts', 'a ends', 'b starts', 'b ends']);
    expect(order).toHaveLength(8);
  });

  test('passes on what a request throws', async () => {
    const failing = async () => {
      throw new Error('no such row');
    };
    await expect(measureRequests([failing], 1)).rejects.toThrow('no such row');
  });

  test('refuses to measure nothing', async () => {
    await expect(measureRequests([], 3)).rejects.toThrow('measureRequests: expected requests and repetitions, got 0 and 3');
  });
});
