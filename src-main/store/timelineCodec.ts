import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * The columns of a timeline as small BLOBs, little-endian.
 * - ids: a byte w (1, 2 or 4), then each id in w bytes.
 * - times: a byte 1, the first time and a unit (float64, milliseconds), then for every further event the number of units since
 *   the one before as a base-128 number (LEB128); or a byte 0 and plain float64 where gaps are no whole milliseconds below 2^53.
 * - texts: a JSON array, deflated (RFC 1951).
 */
const TIMES_HEADER_BYTES = 17;
/** The largest that divides all gaps is the unit: a day, a second, a millisecond. */
const TIME_UNITS_MS = [86_400_000, 1000, 1];
const [PLAIN, DELTAS] = [0, 1];
/** A gap of whole milliseconds is below 2^53: at most 8 bytes of 7 bits. */
const MAX_DELTA_BYTES = 8;

/** So many bytes hold any ids, and any times, of so many events. */
export const maxIdsBytes = (events: number) => 1 + 4 * events;
export const maxTimesBytes = (events: number) => TIMES_HEADER_BYTES + MAX_DELTA_BYTES * events;

/** Writes ids at `start`, where there is room for `maxIdsBytes`. @returns where they end */
export function writeIds(ids: Int32Array, bytes: Uint8Array, start: number): number {
  let bits = 0;
  for (let index = 0; index < ids.length; index++) bits |= ids[index]!;
  const width = bits >>> 0 < 0x100 ? 1 : bits >>> 0 < 0x10000 ? 2 : 4;
  bytes[start] = width;
  let position = start + 1;
  for (let index = 0; index < ids.length; index++) {
    const id = ids[index]!;
    bytes[position++] = id;
    if (width === 1) continue;
    bytes[position++] = id >>> 8;
    if (width === 2) continue;
    bytes[position++] = id >>> 16;
    bytes[position++] = id >>> 24;
  }
  return position;
}

export function decodeIds(blob: Uint8Array): Int32Array {
  const bytes = blob.buffer.slice(blob.byteOffset + 1, blob.byteOffset + blob.byteLength) as ArrayBuffer;
  if (blob[0] === 1) return Int32Array.from(new Uint8Array(bytes));
  return blob[0] === 2 ? Int32Array.from(new Uint16Array(bytes)) : new Int32Array(bytes);
}

/** Writes times at `start`, where there is room for `maxTimesBytes`. @returns where they end */
export function writeTimes(timesMs: Float64Array, bytes: Uint8Array, start: number): number {
  const unit = unitOf(timesMs);
  return unit === null ? writePlain(timesMs, bytes, start) : writeDeltas(timesMs, unit, bytes, start);
}

/** @returns null where some gap is negative, no whole number of milliseconds, or of more digits than a number holds */
function unitOf(timesMs: Float64Array): number | null {
  let fits = 0;
  for (let index = 1; index < timesMs.length; index++) {
    const gap = timesMs[index]! - timesMs[index - 1]!;
    if (!(gap >= 0 && gap <= Number.MAX_SAFE_INTEGER) || timesMs[index - 1]! + gap !== timesMs[index]!) return null;
    while (!isMultiple(gap, TIME_UNITS_MS[fits]!)) if (++fits === TIME_UNITS_MS.length) return null;
  }
  return timesMs.length === 0 ? null : TIME_UNITS_MS[fits]!;
}

/** As `gap % unit === 0`, without its slow division of floating-point numbers. */
function isMultiple(gap: number, unit: number): boolean {
  return Math.floor(gap / unit) * unit === gap;
}

function writePlain(timesMs: Float64Array, bytes: Uint8Array, start: number): number {
  bytes[start] = PLAIN!;
  bytes.set(new Uint8Array(timesMs.buffer, timesMs.byteOffset, timesMs.byteLength), start + 1);
  return start + 1 + timesMs.byteLength;
}

function writeDeltas(timesMs: Float64Array, unit: number, bytes: Uint8Array, start: number): number {
  const header = new DataView(bytes.buffer, bytes.byteOffset + start, TIMES_HEADER_BYTES);
  header.setUint8(0, DELTAS!);
  header.setFloat64(1, timesMs[0]!, true);
  header.setFloat64(9, unit, true);
  let position = start + TIMES_HEADER_BYTES;
  for (let index = 1; index < timesMs.length; index++) {
    let delta = (timesMs[index]! - timesMs[index - 1]!) / unit;
    while (delta >= 0x80000000) {
      bytes[position++] = 128 | (delta % 128);
      delta = Math.floor(delta / 128);
    }
    // From here on it fits into 32 bits, whose operations are fast.
    for (; delta >= 128; delta >>>= 7) bytes[position++] = 128 | (delta & 127);
    bytes[position++] = delta;
  }
  return position;
}

/** @param events how many times the BLOB holds */
export function decodeTimes(blob: Uint8Array, events: number): Float64Array {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const timesMs = new Float64Array(events);
  if (blob[0] === PLAIN) {
    for (let index = 0; index < events; index++) timesMs[index] = view.getFloat64(1 + index * 8, true);
    return timesMs;
  }
  const unit = view.getFloat64(9, true);
  let position = TIMES_HEADER_BYTES;
  timesMs[0] = view.getFloat64(1, true);
  for (let index = 1; index < events; index++) {
    let byte = blob[position++]!;
    let delta = byte & 127;
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = blob[position++]!;
      delta += (byte & 127) * scale;
    }
    timesMs[index] = timesMs[index - 1]! + delta * unit;
  }
  return timesMs;
}

export function encodeTexts(texts: readonly string[]): Buffer {
  return deflateRawSync(JSON.stringify(texts));
}

export function decodeTexts(blob: Uint8Array): string[] {
  return JSON.parse(inflateRawSync(blob).toString('utf8')) as string[];
}
