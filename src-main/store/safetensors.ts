import { mkdirSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../../src-shared/errors.ts';
import { type HostTensor, type HostTensors, sizeOf } from '../engine/engine.ts';
import { openSafetensors, type SafetensorsFile, type StoredTensor } from './safetensorsFile.ts';
import { removeAbandonedFiles, temporaryFileName } from './temporary.ts';

/**
 * Safetensors files: 8 bytes header length (uint64, little-endian), a JSON header
 * `{ "__metadata__": {...}, "<name>": { dtype, shape, data_offsets: [begin, end] } }`, then the tensors' bytes.
 * Names are written in sorted order and the header is padded to 8 bytes, so that equal content gives equal files.
 */
const DTYPES = { F32: 'float32', I32: 'int32' } as const;
/** Bytes; small enough that a file of gigabytes can be given up within a second. */
const WRITTEN_AT_ONCE = 1 << 26;

/**
 * Writes tensors so that the file is either there whole or not at all: temporary file beside it, fsync, rename, fsync of the folder.
 * @returns the file's size in bytes
 * @throws AppError `disk-full`; the reason of `signal`
 */
export async function writeSafetensors(
  path: string,
  tensors: HostTensors,
  metadata: Record<string, string>,
  signal?: AbortSignal,
): Promise<number> {
  const names = Object.keys(tensors).sort();
  const header = encodeHeader(names, tensors, metadata);
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true });
  removeAbandonedFiles(folder);
  const temporary = temporaryFileName(path);
  try {
    const size = await writeAll(temporary, [header, ...names.map((name) => bytesOf(tensors[name]!))], signal);
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

async function writeAll(path: string, parts: Uint8Array[], signal: AbortSignal | undefined): Promise<number> {
  const file = await open(path, 'w');
  try {
    let size = 0;
    for (const part of parts) {
      await writePart(file, part, signal);
      size += part.byteLength;
    }
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

async function writePart(file: FileHandle, part: Uint8Array, signal: AbortSignal | undefined): Promise<void> {
  for (let written = 0; written < part.byteLength; ) {
    signal?.throwIfAborted();
    written += (await file.write(part, written, Math.min(part.byteLength - written, WRITTEN_AT_ONCE))).bytesWritten;
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
 * Reads a whole file of the kind that `writeSafetensors` writes; every offset, size and type is checked before the tensors are read.
 * @throws AppError `checkpoint-invalid` saying what is wrong, `file-not-found`
 */
export function readSafetensors(path: string): { tensors: HostTensors; metadata: Record<string, string> } {
  const file = openSafetensors(path);
  try {
    for (const [name, { type }] of file.tensors) {
      if (!Object.hasOwn(DTYPES, type)) file.fail(`tensor "${name}": expected dtype F32 or I32, got ${JSON.stringify(type)}`);
    }
    const tensors = [...file.tensors].map(([name, tensor]) => [name, readTensor(file, tensor)]);
    return { tensors: Object.fromEntries(tensors), metadata: { ...file.metadata } };
  } finally {
    file.close();
  }
}

function readTensor(file: SafetensorsFile, { type, shape, begin, end }: StoredTensor): HostTensor {
  const memory = new ArrayBuffer(end - begin);
  file.read(begin, new Uint8Array(memory));
  const dtype = DTYPES[type as keyof typeof DTYPES];
  return { dtype, shape, data: dtype === 'float32' ? new Float32Array(memory) : new Int32Array(memory) };
}
