/** Reads the numbers of a row; text answers say why it cannot be used. */

/** Largest userId and movieId: 32 bits. */
export const MAX_ID = 4_294_967_295;
const MAX_RATING = 5;
const MIN_RATING = 0.5;
/** 2100-01-01: later ones are most likely milliseconds. */
export const MAX_TIMESTAMP = 4_102_444_800;

export function readWholeNumber(column: string, text: string): number | string {
  if (!/^\d+$/.test(text)) return `${column} ${quote(text)} is not a whole number`;
  const value = Number(text);
  return value <= MAX_ID ? value : `${column} ${shorten(text)} is out of range (0 to ${MAX_ID})`;
}

export function readTimestamp(text: string): number | string {
  const value = readWholeNumber('timestamp', text);
  if (typeof value === 'number' && value <= MAX_TIMESTAMP) return value;
  if (typeof value === 'string' && !/^\d+$/.test(text)) return value;
  return `timestamp ${shorten(text)} is out of range (seconds since 1970, at most ${MAX_TIMESTAMP})`;
}

export function readRating(text: string): number | string {
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text)) return `rating ${quote(text)} is not a number`;
  const value = Number(text);
  return isRating(value) ? value : `rating ${shorten(text)} is out of range (${MIN_RATING} to ${MAX_RATING})`;
}

export function isRating(value: number): boolean {
  return value >= MIN_RATING && value <= MAX_RATING;
}

/** As MovieLens writes it: "4.0", "3.5". */
export function ratingText(rating: number): string {
  return Number.isInteger(rating) ? rating.toFixed(1) : String(rating);
}

/** For messages: what a file holds may be of any length. */
export function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function quote(text: string): string {
  return `"${shorten(text)}"`;
}
