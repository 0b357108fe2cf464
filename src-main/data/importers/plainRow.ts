const [POINT, ZERO, NINE, CARRIAGE_RETURN, LINE_FEED] = [0x2e, 0x30, 0x39, 0x0d, 0x0a] as const;
/** So many digits are exact in a number. */
const MAX_DIGITS = 15;
const MAX_WHOLE_RATING = 1000;
/** Powers of ten, by digits after the point of a rating. */
const SCALES = [1, 10, 100, 1000, 1e4, 1e5, 1e6];

/**
 * Reads `userId,movieId,rating,timestamp` from bytes when it is made of digits, three delimiters and at most one point in the rating.
 * One object is used for all rows.
 */
export class PlainRow {
  user = 0;
  movie = 0;
  rating = 0;
  timestamp = 0;
  private readonly first: number;
  /** -1 where the delimiter is one character. */
  private readonly second: number;

  /** @param delimiter one or two characters of ASCII */
  constructor(delimiter = ',') {
    const [first, second = -1] = [...Buffer.from(delimiter)];
    this.first = first!;
    this.second = second;
  }

  /**
   * The line at `start`, or what is left of it. Its fields are read in one function on local values, because it runs once for each of tens
   * of millions of rows: that takes half the time of one call a field.
   * @returns where the next line starts; -1 for any other row, the values then mean nothing
   */
  readLine(bytes: Uint8Array, start: number): number {
    const { first, second } = this;
    let position = start;
    let byte = bytes[position]!;

    let user = 0;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[++position]!) user = user * 10 + (byte - ZERO);
    if (position === start || position - start > MAX_DIGITS || byte !== first) return -1;
    if (second >= 0 && bytes[++position] !== second) return -1;

    let field = ++position;
    let movie = 0;
    for (byte = bytes[position]!; byte >= ZERO && byte <= NINE; byte = bytes[++position]!) movie = movie * 10 + (byte - ZERO);
    if (position === field || position - field > MAX_DIGITS || byte !== first) return -1;
    if (second >= 0 && bytes[++position] !== second) return -1;

    field = ++position;
    let rating = 0;
    for (byte = bytes[position]!; byte >= ZERO && byte <= NINE; byte = bytes[++position]!) rating = rating * 10 + (byte - ZERO);
    if (position === field || rating > MAX_WHOLE_RATING) return -1;
    if (byte === POINT) {
      field = ++position;
      for (byte = bytes[position]!; byte >= ZERO && byte <= NINE; byte = bytes[++position]!) rating = rating * 10 + (byte - ZERO);
      const scale = SCALES[position - field];
      if (position === field || scale === undefined) return -1;
      // Both are whole numbers, so their quotient is the double nearest to what was written.
      rating /= scale;
    }
    if (byte !== first || (second >= 0 && bytes[++position] !== second)) return -1;

    field = ++position;
    let timestamp = 0;
    for (byte = bytes[position]!; byte >= ZERO && byte <= NINE; byte = bytes[++position]!) timestamp = timestamp * 10 + (byte - ZERO);
    if (position === field || position - field > MAX_DIGITS) return -1;

    this.user = user;
    this.movie = movie;
    this.rating = rating;
    this.timestamp = timestamp;
    if (byte === CARRIAGE_RETURN) position += 1;
    if (position === bytes.length) return position;
    return bytes[position] === LINE_FEED ? position + 1 : -1;
  }
}
