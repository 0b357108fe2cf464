const [POINT, ZERO, NINE] = [0x2e, 0x30, 0x39];
/** So many digits are exact in a number. */
const MAX_DIGITS = 15;

/**
 * Reads `userId,movieId,rating,timestamp` from bytes when it is made of digits, three delimiters and at most one point in the rating.
 * One object is used for all rows: this runs once per row of files with tens of millions.
 */
export class PlainRow {
  user = 0;
  movie = 0;
  rating = 0;
  timestamp = 0;
  private position = 0;
  private readonly delimiter: readonly number[];

  /** @param delimiter one or two characters of ASCII */
  constructor(delimiter = ',') {
    this.delimiter = [...Buffer.from(delimiter)];
  }

  /** @returns false for any other row; the values then mean nothing */
  read(buffer: Uint8Array, start: number, end: number): boolean {
    this.position = start;
    this.user = this.readDigits(buffer, end);
    if (this.user < 0 || !this.skipDelimiter(buffer, end)) return false;
    this.movie = this.readDigits(buffer, end);
    if (this.movie < 0 || !this.skipDelimiter(buffer, end)) return false;
    if (!this.readRating(buffer, end) || !this.skipDelimiter(buffer, end)) return false;
    this.timestamp = this.readDigits(buffer, end);
    return this.timestamp >= 0 && this.position === end;
  }

  /** Whole part and decimals are whole numbers, so their quotient is the double nearest to what was written. */
  private readRating(buffer: Uint8Array, end: number): boolean {
    const whole = this.readDigits(buffer, end);
    if (whole < 0 || whole > 1000) return false;
    this.rating = whole;
    if (!this.skip(buffer, end, POINT)) return true;
    const start = this.position;
    const decimals = this.readDigits(buffer, end);
    const digits = this.position - start;
    if (decimals < 0 || digits > 6) return false;
    const scale = 10 ** digits;
    this.rating = (whole * scale + decimals) / scale;
    return true;
  }

  /** @returns -1 where there is no digit or there are too many */
  private readDigits(buffer: Uint8Array, end: number): number {
    const start = this.position;
    let value = 0;
    let position = start;
    while (position < end) {
      const byte = buffer[position]!;
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + (byte - ZERO);
      position += 1;
    }
    this.position = position;
    return position === start || position - start > MAX_DIGITS ? -1 : value;
  }

  private skipDelimiter(buffer: Uint8Array, end: number): boolean {
    if (!this.skip(buffer, end, this.delimiter[0]!)) return false;
    return this.delimiter.length === 1 || this.skip(buffer, end, this.delimiter[1]!);
  }

  private skip(buffer: Uint8Array, end: number, byte: number): boolean {
    if (this.position >= end || buffer[this.position] !== byte) return false;
    this.position += 1;
    return true;
  }
}
