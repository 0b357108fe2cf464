import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { floats, joinParts } from '../../src-main/engine/engine.ts';
import { openCheckpoint } from '../../src-main/pretrained/checkpoint.ts';
import { readWeights } from '../../src-main/pretrained/weights.ts';
import { readFloatParts } from '../../src-main/store/floatParts.ts';
import { writeSafetensors } from '../../src-main/store/safetensors.ts';
import { openSafetensors } from '../../src-main/store/safetensorsFile.ts';
import { errorOf, temporaryFolder } from '../store/temporaryWorkspace.ts';
import { GOLDEN, goldenWeights, writeGoldenCheckpoint } from './checkpoints.ts';

const QWEN = GOLDEN.models['qwen2']!;
const complaint = (folder: string) => errorOf(() => openCheckpoint(folder)).message.replace(`model "${folder}": `, '');

async function checkpointFolder(sharded = false): Promise<string> {
  const folder = join(temporaryFolder(), 'model');
  await writeGoldenCheckpoint(folder, QWEN, { sharded });
  return folder;
}

/** A safetensors file of one tensor, written byte by byte. */
function writeTensor(path: string, name: string, type: string, shape: number[], bytes: Uint8Array): void {
  const header = Buffer.from(JSON.stringify({ [name]: { dtype: type, shape, data_offsets: [0, bytes.length] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(path, Buffer.concat([length, header, bytes]));
}

describe('a checkpoint', () => {
  it('in two shards holds the same weights as in one file', async () => {
    expect(readWeights(await checkpointFolder(true))).toEqual(readWeights(await checkpointFolder(false)));
  });

  it('may leave out the outermost module in its names, and hold masks and a copy of the tied output matrix', async () => {
    const folder = await checkpointFolder();
    const weights = goldenWeights(QWEN);
    const short = Object.fromEntries(Object.entries(weights).map(([name, tensor]) => [name.replace(/^model\./, ''), tensor]));
    const extra = {
      'lm_head.weight': weights['model.embed_tokens.weight']!,
      'layers.0.self_attn.rotary_emb.inv_freq': floats(new Float32Array(2), [2]),
    };
    const before = readWeights(folder);
    await writeSafetensors(join(folder, 'model.safetensors'), { ...short, ...extra }, {});
    expect(readWeights(folder)).toEqual(before);
  });

  it('is checked before a weight is read: every missing, extra or misshapen tensor is named', async () => {
    const folder = await checkpointFolder();
    const path = join(folder, 'model.safetensors');
    const { 'model.norm.weight': finalNorm, ...without } = goldenWeights(QWEN);
    await writeSafetensors(path, without, {});
    expect(complaint(folder)).toBe('expected a tensor "model.norm.weight" [16], got none of that name');
    await writeSafetensors(path, { ...without, 'model.norm.weight': floats(new Float32Array(8), [8]) }, {});
    expect(complaint(folder)).toBe('tensor "model.norm.weight": expected shape [16] from config.json, got [8]');
    await writeSafetensors(
      path,
      { ...without, 'model.norm.weight': finalNorm!, 'model.norm.bias': floats(new Float32Array(16), [16]) },
      {},
    );
    expect(complaint(folder)).toBe('tensor "model.norm.bias" is not part of the model that config.json describes');
  });

  it('with an unsupported configuration is refused even when its weights are broken', async () => {
    const folder = await checkpointFolder();
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...QWEN.config, rope_scaling: { rope_type: 'yarn', factor: 4 } }));
    writeFileSync(join(folder, 'model.safetensors'), 'nonsense');
    expect(complaint(folder)).toBe(
      'config.json: rope_scaling type "yarn" is not supported; the supported ones are default, linear, llama3',
    );
  });

  it('in a pickle file is refused with the command that converts it', async () => {
    const folder = await checkpointFolder();
    rmSync(join(folder, 'model.safetensors'));
    writeFileSync(join(folder, 'pytorch_model.bin'), 'pickle');
    expect(complaint(folder)).toMatch(
      /^pytorch_model\.bin is a pickle file, which can run any program .* python3 -c "from transformers import/,
    );
  });

  it('without files, folder, or with an index that points elsewhere is refused', async () => {
    const folder = await checkpointFolder();
    rmSync(join(folder, 'model.safetensors'));
    expect(complaint(folder)).toBe('expected model.safetensors or model.safetensors.index.json, got neither');
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: { a: '../secret.safetensors' } }));
    expect(complaint(folder)).toBe(
      'model.safetensors.index.json: expected names of .safetensors files in this folder, got "../secret.safetensors"',
    );
    writeFileSync(join(folder, 'config.json'), '[]');
    expect(complaint(folder)).toBe('config.json: expected a JSON object, got []');
    rmSync(join(folder, 'config.json'));
    expect(complaint(folder)).toBe('expected a file config.json, got none');
    expect(errorOf(() => openCheckpoint(join(folder, 'none')))).toMatchObject({ code: 'file-not-found' });
    expect(complaint(join(folder, 'model.safetensors.index.json'))).toBe(
      'expected a folder with config.json and *.safetensors, got a file',
    );
  });
});

describe('stored numbers', () => {
  const bits16 = (values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);
  const cases: [string, Uint8Array, number[]][] = [
    // 1, -2, smallest subnormal, largest, infinity
    ['F16', bits16([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00]), [1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY]],
    ['BF16', bits16([0x3f80, 0xc000, 0x0080, 0x7f7f, 0xff80]), [1, -2, 2 ** -126, 3.3895313892515355e38, Number.NEGATIVE_INFINITY]],
  ];

  it.each(cases)('of type %s are read exactly', (type, bytes, expected) => {
    const folder = join(temporaryFolder(), 'model');
    mkdirSync(folder);
    const path = join(folder, 'x.safetensors');
    writeTensor(path, 'x', type, [5], bytes);
    const file = openSafetensors(path);
    const parts = [...readFloatParts(file, file.tensors.get('x')!)].map((part) => [...part]);
    file.close();
    expect(parts).toEqual([expected]);
  });

  it('of a large tensor come in parts, in order, and fill exactly its place', () => {
    const count = (1 << 20) + 3;
    const path = join(temporaryFolder(), 'large.safetensors');
    writeTensor(path, 'x', 'BF16', [count], new Uint8Array(Uint16Array.from({ length: count }, (_, i) => i % 30_000).buffer));
    const file = openSafetensors(path);
    const parts = () => readFloatParts(file, file.tensors.get('x')!);
    const { data } = joinParts([count], parts());
    const bits = new Uint32Array(data.buffer);
    for (const i of [0, 29_999, 30_000, (1 << 20) - 1, 1 << 20, count - 1]) expect(bits[i]).toBe((i % 30_000) << 16);
    expect(() => joinParts([count + 1], parts())).toThrow(
      `joinParts: expected ${count + 1} numbers for shape [${count + 1}], got ${count}`,
    );
    file.close();
  });

  it('of a type that has no exact float32 are refused by name', async () => {
    const folder = await checkpointFolder();
    const { 'model.norm.weight': _, ...rest } = goldenWeights(QWEN);
    await writeSafetensors(join(folder, 'a.safetensors'), rest, {});
    writeTensor(join(folder, 'b.safetensors'), 'model.norm.weight', 'I8', [16], new Uint8Array(16));
    rmSync(join(folder, 'model.safetensors'));
    expect(complaint(folder)).toBe('expected model.safetensors.index.json beside 2 .safetensors files, got none');
    const names = [...Object.keys(rest).map((name) => [name, 'a.safetensors']), ['model.norm.weight', 'b.safetensors']];
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: Object.fromEntries(names) }));
    expect(complaint(folder)).toBe('tensor "model.norm.weight" of type I8 is not supported; the supported ones are F32, F16, BF16');
  });
});
