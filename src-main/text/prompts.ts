import type { CategoryNoun } from '../../src-shared/dataset.ts';
import type { TokenId } from '../../src-shared/ids.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * The words around what a language model reads and writes.
 *
 * Every part begins with its own space or line break and ends without one, and byte-level tokenizers cut before those. So a prompt's ids
 * are the ids of its parts in a row, and a title has the same ids wherever it stands: in a history, after a task prompt, as the target.
 */

/** One past event as the text prompt names it. */
export interface PromptEvent {
  readonly title: string;
  readonly genre: string;
  /** "" where there is none. */
  readonly rating: string;
}

export interface HistoryPromptOptions {
  /** In time order. */
  readonly events: readonly PromptEvent[];
  readonly tokenizer: Tokenizer;
  /** The prompt has at most this many tokens, task prompt included. */
  readonly tokenBudget: number;
  readonly taskPrompt: string;
}

const HISTORY_HEADING = 'History:';
const SUMMARY_HEADING = 'Profile:';
const LINE_BREAK = '\n';

/** Asks for the title of the next event. */
export function nextItemPrompt(): string {
  return 'Next title:';
}

/** Asks for the genre or category that is most frequent in the window. */
export function favouriteGenrePrompt(noun: CategoryNoun): string {
  return `Favourite ${noun}:`;
}

/** Characters of a title that a review prompt shows: some shops put half a page into it. */
const SHOWN_TITLE = 120;

/** Asks for what someone wrote about an item that they gave a rating: "Review of Heat (1995) (Action, 4.5):". */
export function reviewPrompt({ title, genre, rating }: PromptEvent): string {
  const shown = Array.from(title.trim()).slice(0, SHOWN_TITLE).join('');
  return `Review of${targetText(shown)}${details(genre, rating)}:`;
}

/** A title, genre or review as it follows a task prompt: " Heat (1995)". The end-of-text token comes after it. */
export function targetText(value: string): string {
  return ` ${value.trim()}`;
}

/** The title, genre or review that a model wrote: the inverse of `targetText` up to outer white space. */
export function answerText(generated: string): string {
  return generated.trim();
}

/** One event of a history: " Heat (1995) (Action, 4.5);". */
export function eventText(event: PromptEvent): string {
  return targetText(event.title) + eventDetails(event);
}

function eventDetails({ genre, rating }: PromptEvent): string {
  return `${details(genre, rating)};`;
}

function details(genre: string, rating: string): string {
  return ` (${[genre, rating]
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(', ')})`;
}

/** The history and the task as one text: "History: Heat (1995) (Action, 4.5);\nNext title:"; without events the task prompt alone. */
export function historyText(events: readonly PromptEvent[], taskPrompt: string): string {
  return events.length === 0 ? taskPrompt : HISTORY_HEADING + events.map(eventText).join('') + LINE_BREAK + taskPrompt;
}

/**
 * Token ids of the text prompt (`historyText`), truncated on event boundaries: the most recent events that fit, in time order.
 * Where not even the last event fits, or there is none, the task prompt stands alone.
 * @throws Error when the task prompt alone exceeds the budget
 */
export function historyPrompt(options: HistoryPromptOptions): TokenId[] {
  return fitHistory(options).tokens;
}

/** `historyPrompt`, and how many of the events it names. */
export function fitHistory({ events, tokenizer, tokenBudget, taskPrompt }: HistoryPromptOptions): { tokens: TokenId[]; events: number } {
  const task = tokenizer.encodePrompt(taskPrompt);
  if (task.length > tokenBudget) {
    throw new Error(`historyPrompt: expected a budget of at least ${task.length} tokens for "${taskPrompt}", got ${tokenBudget}`);
  }
  const heading = tokenizer.encodePrompt(HISTORY_HEADING);
  const end = tokenizer.encodeContinuation(LINE_BREAK).concat(tokenizer.encodeContinuation(taskPrompt));
  const recent = recentEvents(events, tokenizer, tokenBudget - heading.length - end.length);
  if (recent.length === 0) return { tokens: task, events: 0 };
  return { tokens: [heading, ...recent, end].flat(), events: recent.length };
}

/** The history, and then the heading that a language model writes a summary after. */
export function summaryRequest(options: Omit<HistoryPromptOptions, 'taskPrompt'>): TokenId[] {
  return historyPrompt({ ...options, taskPrompt: SUMMARY_HEADING });
}

/** A summary and the task as one text: "Profile: 50 events;\nNext title:"; without a summary the task prompt alone. */
export function summaryText(summary: string, taskPrompt: string): string {
  return summary === '' ? taskPrompt : SUMMARY_HEADING + targetText(summary) + LINE_BREAK + taskPrompt;
}

export interface SummaryPromptOptions extends Omit<HistoryPromptOptions, 'events'> {
  readonly summary: string;
  /** Tokens of the summary at most. */
  readonly maxTokens: number;
}

/** Token ids of `summaryText`; a summary that is too long for `maxTokens`, or for the budget, is cut. */
export function summaryPrompt({ summary, tokenizer, maxTokens, tokenBudget, taskPrompt }: SummaryPromptOptions): TokenId[] {
  const heading = tokenizer.encodePrompt(SUMMARY_HEADING);
  const end = tokenizer.encodeContinuation(LINE_BREAK).concat(tokenizer.encodeContinuation(taskPrompt));
  const room = Math.min(maxTokens, tokenBudget - heading.length - end.length);
  if (summary === '' || room <= 0) return tokenizer.encodePrompt(taskPrompt);
  return [...heading, ...tokenizer.encodeContinuation(targetText(summary)).slice(0, room), ...end];
}

/** Ids of the longest run of last events that together have at most `budget` tokens. */
function recentEvents(events: readonly PromptEvent[], tokenizer: Tokenizer, budget: number): TokenId[][] {
  const recent: TokenId[][] = [];
  let room = budget;
  for (let i = events.length - 1; i >= 0; i--) {
    // Two parts, because there are few distinct ones of each: the tokenizer remembers them.
    const tokens = [
      ...tokenizer.encodeContinuation(targetText(events[i]!.title)),
      ...tokenizer.encodeContinuation(eventDetails(events[i]!)),
    ];
    room -= tokens.length;
    if (room < 0) break;
    recent.push(tokens);
  }
  return recent.reverse();
}

/**
 * Texts on which the tokenizer and the language model's own pretraining run. For each item: the next-item prompt with its answer, so that
 * the model writes titles after it; and the title after its genre, so that it can be told what kind of title to write. Then, for each
 * genre: the genre prompt with its answer, and a history of one event.
 * @param genres of the items, in the order of `titles`
 */
export function itemTexts(titles: readonly string[], genres: readonly string[], noun: CategoryNoun): string[] {
  if (titles.length !== genres.length) {
    throw new Error(`itemTexts: expected a genre for each of the ${titles.length} titles, got ${genres.length}`);
  }
  const texts = titles.flatMap((title, item) => [nextItemText(title), describeItem(title, genres[item]!)]);
  const described = new Set<string>();
  for (const [item, genre] of genres.entries()) {
    if (described.has(genre)) continue;
    described.add(genre);
    texts.push(favouriteGenrePrompt(noun) + targetText(genre), HISTORY_HEADING + eventText({ title: titles[item]!, genre, rating: '4.5' }));
  }
  return texts;
}

/** "Next title: Heat (1995)". */
export function nextItemText(title: string): string {
  return nextItemPrompt() + targetText(title);
}

/** "An Action title: Heat (1995)". */
function describeItem(title: string, genre: string): string {
  const article = /^[aeiou]/i.test(genre.trim()) ? 'An' : 'A';
  return `${article}${targetText(genre)} title:${targetText(title)}`;
}
