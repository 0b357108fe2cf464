import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floats, ints } from '../../src-main/engine/engine.ts';
import { readSafetensors, writeSafetensors } from '../../src-main/store/safetensors.ts';
import { errorOf, temporaryFolder } from './temporaryWorkspace.ts';

const tensors = {
  'encoder.weight': floats(Float32Array.of(1, -2.5, 3e-8, 4, 5, 6), [2, 3]),
  step: ints(Int32Array.of(-7), []),
  empty: floats(new Float32Array(0), [0, 4]),
};

async function written(): Promise<string> {
  const path = join(temporaryFolder(), 'blobs', 'model.safetensors');
  await writeSafetensors(path, tensors, { stage: 'finetune' });
  return path;
}

function broken(header: unknown, data = new Uint8Array(0)): string {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const path = join(temporaryFolder(), 'broken.safetensors');
  writeFileSync(path, Buffer.concat([length, text, data]));
  return path;
}

function complaint(path: string): string {
  const { code, message } = errorOf(() => readSafetensors(path));
  expect(code).toBe('checkpoint-invalid');
  return message.replace(`checkpoint "${path}": `, '').replace('; the file is damaged or not a safetensors file', '');
}

describe('a safetensors file', () => {
  it('gives back what was written, bit for bit', async () => {
    const { tensors: read, metadata } = readSafetensors(await written());
    expect(read).toEqual(tensors);
    expect(metadata).toEqual({ stage: 'finetune' });
  });

  it('is the same for the same content, whatever the order of names, with 8-byte aligned data', async () => {
    const folder = temporaryFolder();
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    const size = await writeSafetensors(join(folder, 'a'), tensors, { x: '1' });
    await writeSafetensors(join(folder, 'b'), reversed, { x: '1' });
    const bytes = readFileSync(join(folder, 'a'));
    expect(bytes.equals(readFileSync(join(folder, 'b')))).toBe(true);
    expect(bytes.length).toBe(size);
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
  });

  it('written from part of a larger array holds only that part', async () => {
    const path = join(temporaryFolder(), 'part');
    await writeSafetensors(path, { part: floats(Float32Array.of(1, 2, 3, 4).subarray(1, 3), [2]) }, {});
    expect(readSafetensors(path).tensors.part!.data).toEqual(Float32Array.of(2, 3));
  });

  it('replaces the former file and leaves no temporary files, not even those of killed processes', async () => {
    const path = await written();
    writeFileSync(`${path}.tmp-99999999`, 'half a checkpoint');
    await writeSafetensors(path, { only: ints(Int32Array.of(1), [1]) }, {});
    expect(Object.keys(readSafetensors(path).tensors)).toEqual(['only']);
    expect(readdirSync(join(path, '..'))).toEqual(['model.safetensors']);
  });

  it('stays as it was when writing the next one fails', async () => {
    const path = await written();
    const before = readFileSync(path);
    await expect(writeSafetensors(path, { wrong: floats(new Float32Array(3), [2]) }, {})).rejects.toThrow(
      'tensor "wrong" of shape [2] holds 3 values',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(existsSync(`${path}.tmp-${process.pid}`)).toBe(false);
  });
});

describe('a broken safetensors file is refused with what is wrong:', () => {
  const entry = (data_offsets: unknown, shape: unknown = [2], dtype = 'F32') => ({ dtype, shape, data_offsets });
  const eight = new Uint8Array(8);

  it('no such file', () => {
    const path = join(temporaryFolder(), 'none');
    expect(errorOf(() => readSafetensors(path))).toEqual({
      code: 'file-not-found',
      message: `checkpoint "${path}": there is no such file`,
    });
  });

  it('shorter than its length field', () => {
    const path = join(temporaryFolder(), 'short');
    writeFileSync(path, 'abc');
    expect(complaint(path)).toBe('expected at least 8 bytes, got 3');
  });

  it('a header longer than the file, or absurdly long', () => {
    const path = join(temporaryFolder(), 'header');
    const length = Buffer.alloc(16);
    length.writeBigUInt64LE(100n);
    writeFileSync(path, length);
    expect(complaint(path)).toBe('expected a header of 100 bytes, got 8 bytes of file after its length');
    writeFileSync(path, '<!DOCTYPE html><html>');
    expect(complaint(path)).toMatch(/^expected a header of at most 100000000 bytes, got \d+$/);
  });

  it.each([
    ['not JSON', '{"a":', eight, /^expected a JSON header, got "\{\\"a\\":" \(/],
    ['not an object', '[1]', eight, 'expected the header to be a JSON object'],
    ['metadata that is no text', { __metadata__: { a: 1 } }, new Uint8Array(0), 'expected "__metadata__" to map names to texts'],
    [
      'a type that only checkpoints of others have',
      { a: entry([0, 4], [2], 'F16') },
      new Uint8Array(4),
      'tensor "a": expected dtype F32 or I32, got "F16"',
    ],
    [
      'an unknown type',
      { a: entry([0, 8], [2], 'F31') },
      eight,
      'tensor "a": expected a type of the format (F32, F16, BF16, ...), got "F31"',
    ],
    ['a negative length', { a: entry([0, 8], [-2]) }, eight, 'tensor "a": its shape is [-2]'],
    ['offsets backwards', { a: entry([8, 0]) }, eight, 'tensor "a": its data_offsets are [8,0]'],
    ['no entry', { a: null }, eight, 'tensor "a": expected a type of the format (F32, F16, BF16, ...), got undefined'],
    ['a shape that does not fit its bytes', { a: entry([0, 4]) }, eight, 'tensor "a" of shape [2]: expected 8 bytes, got 4'],
    ['an overlap', { a: entry([0, 8]), b: entry([4, 12]) }, new Uint8Array(12), 'tensor "b" overlaps another one at byte 4'],
    ['a gap', { a: entry([4, 12]) }, new Uint8Array(12), 'bytes 0 to 4 belong to no tensor'],
    ['data cut off', { a: entry([0, 8]) }, new Uint8Array(5), 'expected 8 bytes of tensors, got 5 (cut off)'],
    ['data too long', { a: entry([0, 8]) }, new Uint8Array(9), 'expected 8 bytes of tensors, got 9'],
  ])('%s', (_, header, data, expected) => {
    const message = complaint(broken(header, data));
    if (expected instanceof RegExp) expect(message).toMatch(expected);
    else expect(message).toBe(expected);
  });
});
