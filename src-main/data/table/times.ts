import type { TimeFormat } from '../../../src-shared/dataset.ts';

const NUMBER = /^-?\d+(\.\d+)?([eE]\+?\d+)?$/;
const MILLISECONDS: Partial<Record<TimeFormat, number>> = { seconds: 1000, milliseconds: 1, microseconds: 0.001 };
/** 1800 to 2200: what is outside has another unit. */
const [MIN_MS, MAX_MS] = [-5_364_662_400_000, 7_258_118_400_000];

const CLOCK = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?`;
const DATES: Partial<Record<TimeFormat, { pattern: RegExp; order: readonly [year: number, month: number, day: number] }>> = {
  iso: { pattern: new RegExp(`^(\\d{4})[-/.](\\d{1,2})[-/.](\\d{1,2})${CLOCK}$`), order: [1, 2, 3] },
  'month-first': { pattern: new RegExp(`^(\\d{1,2})[-/. ](\\d{1,2}),?[-/. ] ?(\\d{4})${CLOCK}$`), order: [3, 1, 2] },
  'day-first': { pattern: new RegExp(`^(\\d{1,2})[-/. ](\\d{1,2})[-/. ](\\d{4})${CLOCK}$`), order: [3, 2, 1] },
};

/** Whole milliseconds since 1970, or null for what is no time of this format. */
export function parseTime(text: string, format: TimeFormat): number | null {
  const date = DATES[format];
  const timeMs = date ? parseDate(text, date.pattern, date.order) : parseNumber(text, MILLISECONDS[format]!);
  return timeMs !== null && timeMs >= MIN_MS && timeMs <= MAX_MS ? timeMs : null;
}

function parseNumber(text: string, millisecondsPerUnit: number): number | null {
  return NUMBER.test(text) ? Math.round(Number(text) * millisecondsPerUnit) : null;
}

function parseDate(text: string, pattern: RegExp, order: readonly [number, number, number]): number | null {
  const match = pattern.exec(text);
  if (!match) return null;
  const [year, month, day] = order.map((index) => Number(match[index])) as [number, number, number];
  const [hours, minutes, seconds] = [match[4], match[5], match[6]].map((part) => Number(part ?? 0)) as [number, number, number];
  if (hours > 24 || minutes > 59 || seconds > 60) return null;
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const fraction = Number((match[7] ?? '').padEnd(3, '0').slice(0, 3));
  return date.getTime() + ((hours * 60 + minutes - offsetMinutes(match[8])) * 60 + seconds) * 1000 + fraction;
}

function offsetMinutes(zone: string | undefined): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '');
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3])) : 0;
}

const DATE_FORMATS: readonly TimeFormat[] = ['iso', 'month-first', 'day-first'];
const MIN_SHARE = 0.8;

/** The format that most of some times have: of numbers by their size, of dates by which reading is possible. null where none fits. */
export function guessTimeFormat(texts: readonly string[]): TimeFormat | null {
  const given = texts.filter((text) => text !== '');
  if (given.length === 0) return null;
  const numbers = given.filter((text) => NUMBER.test(text)).map(Number);
  if (numbers.length >= MIN_SHARE * given.length) return unitOf(numbers);
  const share = (format: TimeFormat) => given.filter((text) => parseTime(text, format) !== null).length / given.length;
  const shares = DATE_FORMATS.map((format) => ({ format, share: share(format) }));
  // Days up to 12 can be read both ways; the first that reads most wins.
  const best = shares.reduce((found, next) => (next.share > found.share ? next : found));
  return best.share >= MIN_SHARE ? best.format : null;
}

/** From 1973 to 2100 the three units do not overlap. */
function unitOf(numbers: readonly number[]): TimeFormat | null {
  const median = numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
  if (median >= 1e14 && median < 5e15) return 'microseconds';
  if (median >= 1e11) return median < 5e12 ? 'milliseconds' : null;
  return median >= 1e8 && median < 5e9 ? 'seconds' : null;
}
