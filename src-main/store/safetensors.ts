import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { type HostTensor, type HostTensors, sizeOf } from '../engine/engine.ts';
import { removeAbandonedFiles, temporaryFileName } from './temporary.ts';

/**
 * Safetensors files: 8 bytes header length (uint64, little-endian), a JSON header
 * `{ "__metadata__": {...}, "<name>": { dtype, shape, data_offsets: [begin, end] } }`, then the tensors' bytes.
 * Names are written in sorted order and the header is padded to 8 bytes, so that equal content gives equal files.
 */
const MAX_HEADER_BYTES = 100_000_000;
const DTYPES = { F32: 'float32', I32: 'int32' } as const;

interface HeaderEntry {
  dtype: keyof typeof DTYPES;
  shape: number[];
  data_offsets: [number, number];
}

/**
 * Writes tensors so that the file is either there whole or not at all: temporary file beside it, fsync, rename, fsync of the folder.
 * @returns the file's size in bytes
 * @throws AppError `disk-full`
 */
export async function writeSafetensors(path: string, tensors: HostTensors, metadata: Record<string, string>): Promise<number> {
  const names = Object.keys(tensors).sort();
  const header = encodeHeader(names, tensors, metadata);
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  removeAbandonedFiles(folder);
  const temporary = temporaryFileName(path);
  try {
    const size = await writeAll(temporary, [header, ...names.map((name) => bytesOf(tensors[name]!))]);
    await rename(temporary, path);
    await syncFolder(folder);
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    throw new AppError('disk-full', `checkpoint "${path}": the disk is full; free some space and resume`, undefined, { cause: error });
  }
}

function encodeHeader(names: string[], tensors: HostTensors, metadata: Record<string, string>): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  for (const name of names) {
    const tensor = tensors[name]!;
    if (name === '__metadata__' || tensor.data.length !== sizeOf(tensor.shape)) {
      throw new Error(`safetensors: tensor "${name}" of shape [${tensor.shape}] holds ${tensor.data.length} values`);
    }
    const end = offset + tensor.data.byteLength;
    entries.push([name, { dtype: tensor.dtype === 'float32' ? 'F32' : 'I32', shape: tensor.shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const padded = Buffer.alloc(8 + Math.ceil(text.length / 8) * 8, ' ');
  padded.writeBigUInt64LE(BigInt(padded.length - 8));
  text.copy(padded, 8);
  return padded;
}

function bytesOf(tensor: HostTensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
}

async function writeAll(path: string, parts: Uint8Array[]): Promise<number> {
  const file = await open(path, 'w');
  try {
    let size = 0;
    for (const part of parts) {
      await writePart(file, part);
      size += part.byteLength;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function writePart(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let written = 0; written < part.byteLength; ) {
    written += (await file.write(part, written, Math.min(part.byteLength - written, 1 << 30))).bytesWritten;
  }
}

/** Makes the rename itself durable. Windows has no such call and needs none. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads a whole file; every offset, size and type is checked before the tensors are read.
 * @throws AppError `checkpoint-invalid` saying what is wrong, `file-not-found`
 */
export function readSafetensors(path: string): { tensors: HostTensors; metadata: Record<string, string> } {
  const fail: Fail = (what) => {
    throw new AppError('checkpoint-invalid', `checkpoint "${path}": ${what}; the file is damaged or not a safetensors file`);
  };
  const file = openExisting(path);
  try {
    const size = fstatSync(file).size;
    const headerLength = readHeaderLength(file, size, fail);
    const { __metadata__: metadata, ...entries } = parseHeader(readBytes(file, 8, headerLength).toString('utf8'), fail);
    const dataStart = 8 + headerLength;
    checkLayout(entries, size - dataStart, fail);
    const tensors = Object.entries(entries).map(([name, entry]) => [name, readTensor(file, entry as HeaderEntry, dataStart)]);
    return { tensors: Object.fromEntries(tensors), metadata: checkMetadata(metadata, fail) };
  } finally {
    closeSync(file);
  }
}

type Fail = (what: string) => never;

function openExisting(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new AppError('file-not-found', `checkpoint "${path}": there is no such file`, undefined, { cause: error });
  }
}

function readBytes(file: number, start: number, length: number): Buffer {
  const bytes = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const got = readSync(file, bytes, done, Math.min(length - done, 1 << 30), start + done);
    if (got === 0) throw new Error('safetensors: the file became shorter while it was read');
    done += got;
  }
  return bytes;
}

function readHeaderLength(file: number, size: number, fail: Fail): number {
  if (size < 8) fail(`expected at least 8 bytes, got ${size}`);
  const length = readBytes(file, 0, 8).readBigUInt64LE();
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
function checkLayout(entries: Record<string, unknown>, dataBytes: number, fail: Fail): void {
  const spans = Object.entries(entries).map(([name, entry]) => ({ name, ...checkEntry(name, entry, fail) }));
  spans.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let position = 0;
  for (const { name, begin, end } of spans) {
    if (begin < position) fail(`tensor "${name}" overlaps another one at byte ${begin}`);
    if (begin > position) fail(`bytes ${position} to ${begin} belong to no tensor`);
    position = end;
  }
  if (position > dataBytes) fail(`expected ${position} bytes of tensors, got ${dataBytes} (cut off)`);
  if (position < dataBytes) fail(`expected ${position} bytes of tensors, got ${dataBytes}`);
}

function checkEntry(name: string, value: unknown, fail: Fail): { begin: number; end: number } {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Partial<HeaderEntry>;
  if (!Object.hasOwn(DTYPES, entry.dtype ?? '')) fail(`tensor "${name}": expected dtype F32 or I32, got ${JSON.stringify(entry.dtype)}`);
  if (!Array.isArray(entry.shape) || !entry.shape.every(isCount)) fail(`tensor "${name}": its shape is ${JSON.stringify(entry.shape)}`);
  const offsets = entry.data_offsets;
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[1] < offsets[0]) {
    fail(`tensor "${name}": its data_offsets are ${JSON.stringify(offsets)}`);
  }
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(entry.shape as number[]) * 4;
  if (end - begin !== expected) fail(`tensor "${name}" of shape [${entry.shape}]: expected ${expected} bytes, got ${end - begin}`);
  return { begin, end };
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function readTensor(file: number, entry: HeaderEntry, dataStart: number): HostTensor {
  const [begin, end] = entry.data_offsets;
  const memory = readBytes(file, dataStart + begin, end - begin).buffer as ArrayBuffer;
  const dtype = DTYPES[entry.dtype];
  return { dtype, shape: entry.shape, data: dtype === 'float32' ? new Float32Array(memory) : new Int32Array(memory) };
}
