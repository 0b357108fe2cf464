import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { AppError } from '../../src-shared/errors.ts';
import { sizeOf } from '../engine/engine.ts';

const MAX_HEADER_BYTES = 100_000_000;

/** Bytes of one element, by the format's names of types. */
const ELEMENT_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
} as const;
export type ElementType = keyof typeof ELEMENT_BYTES;

/** One tensor of a file: its type, shape, and where its bytes are, counted from the start of the file. */
export interface StoredTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export type Fail = (what: string) => never;

/** A safetensors file whose header was checked: every offset, size and type. Close it after use. */
export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly fail: Fail;
  /** Reads bytes of the file into `target`. */
  read(begin: number, target: Uint8Array): void;
  close(): void;
}

/**
 * Opens a file and checks its header; no tensor is read.
 * @throws AppError `checkpoint-invalid` saying what is wrong, `file-not-found`
 */
export function openSafetensors(path: string): SafetensorsFile {
  const fail: Fail = (what) => {
    throw new AppError('checkpoint-invalid', `checkpoint "${path}": ${what}; the file is damaged or not a safetensors file`);
  };
  const file = openExisting(path);
  try {
    const read = (begin: number, target: Uint8Array) => readFully(file, begin, target);
    const size = fstatSync(file).size;
    const headerLength = readHeaderLength(read, size, fail);
    const text = new Uint8Array(headerLength);
    read(8, text);
    const { __metadata__: metadata, ...entries } = parseHeader(Buffer.from(text.buffer).toString('utf8'), fail);
    const tensors = checkLayout(entries, 8 + headerLength, size, fail);
    return { path, tensors, metadata: checkMetadata(metadata, fail), fail, read, close: () => closeSync(file) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function openExisting(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('file-not-found', `checkpoint "${path}": there is no such file`, undefined, { cause: error });
  }
}

function readFully(file: number, begin: number, target: Uint8Array): void {
  for (let done = 0; done < target.byteLength; ) {
    const got = readSync(file, target, done, Math.min(target.byteLength - done, 1 << 30), begin + done);
    if (got === 0) throw new Error('safetensors: the file became shorter while it was read');
    done += got;
  }
}

function readHeaderLength(read: SafetensorsFile['read'], size: number, fail: Fail): number {
  if (size < 8) fail(`expected at least 8 bytes, got ${size}`);
  const bytes = Buffer.alloc(8);
  read(0, bytes);
  const length = bytes.readBigUInt64LE();
  if (length > MAX_HEADER_BYTES) fail(`expected a header of at most ${MAX_HEADER_BYTES} bytes, got ${length}`);
  if (Number(length) > size - 8) fail(`expected a header of ${length} bytes, got ${size - 8} bytes of file after its length`);
  return Number(length);
}

function parseHeader(text: string, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (error) {
    fail(`expected a JSON header, got ${JSON.stringify(text.slice(0, 40))} (${(error as Error).message})`);
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) fail('expected the header to be a JSON object');
  return header as Record<string, unknown>;
}

function checkMetadata(metadata: unknown, fail: Fail): Record<string, string> {
  if (metadata === undefined) return {};
  const good = typeof metadata === 'object' && metadata !== null && Object.values(metadata).every((value) => typeof value === 'string');
  if (!good) fail('expected "__metadata__" to map names to texts');
  return metadata as Record<string, string>;
}

/** The tensors must fill the data without gaps or overlaps. */
function checkLayout(entries: Record<string, unknown>, dataStart: number, fileBytes: number, fail: Fail): Map<string, StoredTensor> {
  const dataBytes = fileBytes - dataStart;
  const checked = Object.entries(entries).map(([name, entry]) => ({ name, ...checkEntry(name, entry, fail) }));
  let position = 0;
  for (const { name, begin, end } of checked.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < position) fail(`tensor "${name}" overlaps another one at byte ${begin}`);
    if (begin > position) fail(`bytes ${position} to ${begin} belong to no tensor`);
    position = end;
  }
  if (position > dataBytes) fail(`expected ${position} bytes of tensors, got ${dataBytes} (cut off)`);
  if (position < dataBytes) fail(`expected ${position} bytes of tensors, got ${dataBytes}`);
  return new Map(
    checked.map(({ name, type, shape, begin, end }) => [name, { type, shape, begin: dataStart + begin, end: dataStart + end }]),
  );
}

function checkEntry(name: string, value: unknown, fail: Fail): StoredTensor {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== 'string' || !Object.hasOwn(ELEMENT_BYTES, dtype)) {
    fail(`tensor "${name}": expected a type of the format (F32, F16, BF16, ...), got ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) fail(`tensor "${name}": its shape is ${JSON.stringify(shape)}`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[1] < offsets[0]) {
    fail(`tensor "${name}": its data_offsets are ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(shape as number[]) * ELEMENT_BYTES[dtype as ElementType];
  if (end - begin !== expected) fail(`tensor "${name}" of shape [${shape}]: expected ${expected} bytes, got ${end - begin}`);
  return { type: dtype as ElementType, shape: shape as number[], begin, end };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
