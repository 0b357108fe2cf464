import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import {
  answerText,
  eventText,
  favouriteGenrePrompt,
  fitHistory,
  historyPrompt,
  historyText,
  itemTexts,
  nextItemPrompt,
  reviewPrompt,
  summaryPrompt,
  summaryRequest,
  summaryText,
  targetText,
} from '../../src-main/text/prompts.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';

const titles = ['Heat (1995)', 'Matrix, The (1999)', '(500) Days of Summer (2009)', "Schindler's List (1993)"];
const genres = ['Action', 'Sci-Fi', 'Comedy', 'Drama'];
const tokenizer = new Tokenizer(trainBytePairTokenizer(itemTexts(titles, genres, 'genre'), 400));
const taskPrompt = nextItemPrompt();
const events = titles.map((title, i) => ({ title, genre: genres[i]!, rating: `${i + 1}.5` }));

const word = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom(...titles, 'Amélie', "It's", '  9 (2009) ', ''));
const arbitraryEvent = fc.record({ title: word, genre: fc.constantFrom(...genres), rating: fc.constantFrom('0.5', '4', '4.5') });

describe('historyPrompt', () => {
  test('writes the events in time order, then the task prompt', () => {
    const tokens = historyPrompt({ events: events.slice(0, 2), tokenizer, tokenBudget: 1000, taskPrompt });
    expect(tokenizer.decode(tokens)).toBe('History: Heat (1995) (Action, 1.5); Matrix, The (1999) (Sci-Fi, 2.5);\nNext title:');
  });

  test('has the ids of its text as a whole, and so has the prompt with its answer', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { maxLength: 5 }), word, (history, title) => {
        const tokens = historyPrompt({ events: history, tokenizer, tokenBudget: 100_000, taskPrompt });
        const text = historyText(history, taskPrompt);
        expect(tokens).toEqual(tokenizer.encode(text));
        expect([...tokens, ...tokenizer.encode(targetText(title))]).toEqual(tokenizer.encode(text + targetText(title)));
      }),
      { numRuns: 200, seed: 1 },
    );
  });

  test('keeps the longest run of most recent events that fits the budget', () => {
    fc.assert(
      fc.property(fc.array(arbitraryEvent, { maxLength: 8 }), fc.integer({ min: 0, max: 200 }), (history, extra) => {
        const tokenBudget = tokenizer.encode(taskPrompt).length + extra;
        const fitted = fitHistory({ events: history, tokenizer, tokenBudget, taskPrompt });
        expect(fitted.tokens.length).toBeLessThanOrEqual(tokenBudget);
        expect(fitted.tokens).toEqual(tokenizer.encode(historyText(history.slice(history.length - fitted.events), taskPrompt)));
        if (fitted.events < history.length) {
          const longer = tokenizer.encode(historyText(history.slice(history.length - fitted.events - 1), taskPrompt));
          expect(longer.length).toBeGreaterThan(tokenBudget);
        }
      }),
      { numRuns: 200, seed: 2 },
    );
  });

  test('uses a budget to the last token and gives up an event for one token less', () => {
    const exact = tokenizer.encode(historyText(events, taskPrompt)).length;
    expect(fitHistory({ events, tokenizer, tokenBudget: exact, taskPrompt }).events).toBe(4);
    const shorter = fitHistory({ events, tokenizer, tokenBudget: exact - 1, taskPrompt });
    expect(tokenizer.decode(shorter.tokens)).toBe(historyText(events.slice(1), taskPrompt));
  });

  test('is the task prompt alone without events, or without room for one', () => {
    const task = tokenizer.encode(taskPrompt);
    expect(historyPrompt({ events: [], tokenizer, tokenBudget: 50, taskPrompt })).toEqual(task);
    expect(historyPrompt({ events, tokenizer, tokenBudget: task.length, taskPrompt })).toEqual(task);
  });

  test('refuses a budget that the task prompt alone exceeds', () => {
    const needed = tokenizer.encode(taskPrompt).length;
    expect(() => historyPrompt({ events, tokenizer, tokenBudget: needed - 1, taskPrompt })).toThrow(
      `historyPrompt: expected a budget of at least ${needed} tokens for "Next title:", got ${needed - 1}`,
    );
  });
});

describe('prompt parts', () => {
  test('a title has the same ids in a history as in an answer', () => {
    const target = tokenizer.encode(targetText('Heat (1995)'));
    expect(tokenizer.encode(eventText(events[0]!)).slice(0, target.length)).toEqual(target);
  });

  test('titles stay as they are, but for outer white space', () => {
    expect(targetText('Matrix, The (1999)')).toBe(' Matrix, The (1999)');
    expect(targetText('Heat (1995) ')).toBe(' Heat (1995)');
    expect(answerText(targetText("Schindler's List (1993)"))).toBe("Schindler's List (1993)");
  });
});

describe('reviewPrompt', () => {
  test('names the item and its rating', () => {
    expect(reviewPrompt(events[0]!)).toBe('Review of Heat (1995) (Action, 1.5):');
    expect(reviewPrompt({ ...events[0]!, rating: '' })).toBe('Review of Heat (1995) (Action):');
  });

  test('shows the beginning of a title that is half a page', () => {
    expect(reviewPrompt({ title: 'é'.repeat(500), genre: 'Cards', rating: '5.0' })).toBe(`Review of ${'é'.repeat(120)} (Cards, 5.0):`);
  });
});

describe('summaryPrompt', () => {
  const options = { tokenizer, maxTokens: 100, tokenBudget: 200, taskPrompt };

  test('has the ids of its text as a whole', () => {
    const text = summaryText('50 events; lately more Comedy', taskPrompt);
    expect(text).toBe('Profile: 50 events; lately more Comedy\nNext title:');
    expect(summaryPrompt({ ...options, summary: '50 events; lately more Comedy' })).toEqual(tokenizer.encode(text));
  });

  test('cuts what is too long, and leaves the summary out where nothing fits', () => {
    const summary = 'word '.repeat(100).trim();
    const around = tokenizer.encode(summaryText('', taskPrompt)).length;
    const frame = tokenizer.encode('Profile:').length + tokenizer.encode(`\n${taskPrompt}`).length;
    expect(summaryPrompt({ ...options, summary, maxTokens: 10 })).toHaveLength(frame + 10);
    expect(summaryPrompt({ ...options, summary, tokenBudget: frame + 3 })).toHaveLength(frame + 3);
    expect(summaryPrompt({ ...options, summary, tokenBudget: frame })).toHaveLength(around);
    expect(summaryPrompt({ ...options, summary: '' })).toEqual(tokenizer.encode(taskPrompt));
  });

  test('is asked for after the history, under the heading that it will stand under', () => {
    const tokens = summaryRequest({ events: events.slice(0, 1), tokenizer, tokenBudget: 200 });
    expect(tokenizer.decode(tokens)).toBe('History: Heat (1995) (Action, 1.5);\nProfile:');
  });
});

describe('itemTexts', () => {
  test('holds every title after the next-item prompt and after its genre', () => {
    expect(itemTexts(['Heat (1995)', 'Babe (1995)'], ['Action', 'Children'], 'genre')).toEqual([
      'Next title: Heat (1995)',
      'An Action title: Heat (1995)',
      'Next title: Babe (1995)',
      'A Children title: Babe (1995)',
      'Favourite genre: Action',
      'History: Heat (1995) (Action, 4.5);',
      'Favourite genre: Children',
      'History: Babe (1995) (Children, 4.5);',
    ]);
  });

  test('names each genre once, with the first title that has it', () => {
    const texts = itemTexts(['A', 'B', 'C'], ['Drama', 'Comedy', 'Drama'], 'genre');
    expect(texts.slice(6)).toEqual([
      'Favourite genre: Drama',
      'History: A (Drama, 4.5);',
      'Favourite genre: Comedy',
      'History: B (Comedy, 4.5);',
    ]);
  });

  test('begins exactly as the tasks prompt, so that pretraining teaches the answer there', () => {
    const [text] = itemTexts(['Heat (1995)'], ['Action'], 'genre');
    const prompt = tokenizer.encode(nextItemPrompt());
    expect(tokenizer.encode(text!)).toEqual([...prompt, ...tokenizer.encode(targetText('Heat (1995)'))]);
    expect(itemTexts(['Heat (1995)'], ['Action'], 'genre')).toContain(favouriteGenrePrompt('genre') + targetText('Action'));
  });

  test('refuses titles without genres', () => {
    expect(() => itemTexts(['A', 'B'], ['Drama'], 'genre')).toThrow('itemTexts: expected a genre for each of the 2 titles, got 1');
  });
});
