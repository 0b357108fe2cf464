import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HostTensors } from '../../src-main/engine/engine.ts';
import { hasOutputsFirst, type LanguageModelShape, languageModelSpecs } from '../../src-main/model/languageModel/languageModel.ts';
import { type LoraShape, loraSpecs, mergeAdapters } from '../../src-main/model/lora.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { BASE_FOLDER, writeAdapterFolder } from '../../src-main/pretrained/adapterFolder.ts';
import { parseConfig } from '../../src-main/pretrained/config.ts';
import { USER_PATH_FILE } from '../../src-main/pretrained/exportFolder.ts';
import { namedTensors } from '../../src-main/pretrained/tensorNames.ts';
import { readWeights } from '../../src-main/pretrained/weights.ts';
import { readSafetensors } from '../../src-main/store/safetensors.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';
import { Tokenizer } from '../../src-main/text/tokenizer.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

type GoldenAdapters = { fan_in_fan_out: boolean; tensors: Record<string, number[]> };
type Targets = 'attention' | 'attention,feedForward';
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/adapters.json'), 'utf8')) as Record<
  'gpt' | 'qwen3',
  Record<Targets, GoldenAdapters>
>;

const tokenizer = new Tokenizer(trainBytePairTokenizer(Array(3).fill('Next title: Heat (1995)'), 300));
const SHAPES: Record<'gpt' | 'qwen3', LanguageModelShape> = {
  gpt: { architecture: 'gpt', vocabularySize: 300, maxPositions: 32, dModel: 8, numLayers: 2, numHeads: 2 },
  qwen3: parseConfig({
    model_type: 'qwen3',
    vocab_size: 320,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 6,
    max_position_embeddings: 256,
    tie_word_embeddings: true,
  }),
};

/** A base model with trained adapters: B is not zero. */
function adaptedModel(shape: LanguageModelShape, lora: LoraShape): HostTensors {
  const specs = languageModelSpecs(shape);
  const adapters = Object.entries(loraSpecs(specs, lora, hasOutputsFirst(shape)));
  const trained = Object.fromEntries(adapters.map(([name, spec]) => [name, { ...spec, init: { uniform: 0.2 } }]));
  return initializeParameters({ ...specs, ...trained }, 5);
}

/** W + (alpha / r) (B A), as PEFT merges: transposed where the matrix is [inputs, outputs]. */
function mergedLikePeft(
  weight: { data: ArrayLike<number>; shape: readonly number[] },
  a: Float32Array,
  b: Float32Array,
  scale: number,
  inputsFirst: boolean,
) {
  const [rows, columns] = weight.shape as [number, number];
  const [inputs, rank] = [inputsFirst ? rows : columns, a.length / (inputsFirst ? rows : columns)];
  return Array.from(weight.data, (value, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [input, output] = inputsFirst ? [row, column] : [column, row];
    let product = 0;
    for (let k = 0; k < rank; k++) product += b[output * rank + k]! * a[k * inputs + input]!;
    return value + scale * product;
  });
}

describe.each(['gpt', 'qwen3'] as const)('adapters of a %s model', (architecture) => {
  const shape = SHAPES[architecture];

  it.each<Targets>(['attention', 'attention,feedForward'])('have the names and shapes that PEFT gives them: %s', async (targets) => {
    const lora: LoraShape = { rank: 3, alpha: 6, targets: targets.split(',') as LoraShape['targets'] };
    const folder = join(temporaryFolder(), 'adapters');
    const parameters = adaptedModel(shape, lora);
    await writeAdapterFolder(folder, { shape, lora, parameters, tokenizer, base: '/models/base' });
    const { tensors } = readSafetensors(join(folder, 'adapter_model.safetensors'));
    const shapes = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, [...tensor.shape]]));
    const expected = golden[architecture][targets];
    expect(shapes).toEqual(expected.tensors);
    const config = JSON.parse(readFileSync(join(folder, 'adapter_config.json'), 'utf8'));
    expect(config).toMatchObject({
      peft_type: 'LORA',
      r: 3,
      lora_alpha: 6,
      fan_in_fan_out: expected.fan_in_fan_out,
      base_model_name_or_path: '/models/base',
    });
    // PEFT adapts every module whose name ends with one of these: no more and no fewer than have tensors.
    const adapted = namedTensors(shape).filter(({ tensor }) =>
      config.target_modules.some((suffix: string) => tensor.replace(/\.weight$/, '').endsWith(`.${suffix}`) && !tensor.endsWith('.bias')),
    );
    expect(adapted).toHaveLength(Object.keys(tensors).length / 2);
  });

  it("merge by PEFT's formula into the weights that they are evaluated with", async () => {
    const lora: LoraShape = { rank: 3, alpha: 6, targets: ['attention'] };
    const folder = join(temporaryFolder(), 'adapters');
    const parameters = adaptedModel(shape, lora);
    await writeAdapterFolder(folder, { shape, lora, parameters, tokenizer, base: '/models/base' });
    const { tensors } = readSafetensors(join(folder, 'adapter_model.safetensors'));
    const merged = mergeAdapters(parameters, lora, hasOutputsFirst(shape));
    let compared = 0;
    for (const { parameter, tensor } of namedTensors(shape)) {
      const prefix = `base_model.model.${tensor.replace(/\.weight$/, '')}`;
      const [a, b] = [tensors[`${prefix}.lora_A.weight`], tensors[`${prefix}.lora_B.weight`]];
      if (!a || !b) continue;
      const expected = mergedLikePeft(parameters[parameter]!, a.data as Float32Array, b.data as Float32Array, 2, architecture === 'gpt');
      const found = merged[parameter]!.data;
      expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(1e-6);
      compared++;
    }
    expect(compared).toBe(Object.keys(tensors).length / 2);
  });
});

it('a base model from scratch is written beside its adapters, and the user path in a file of its own', async () => {
  const shape = SHAPES.gpt;
  const lora: LoraShape = { rank: 2, alpha: 4, targets: ['attention'] };
  const gate: HostTensors = { 'integration.layers.0.gate': { data: Float32Array.of(0.5), shape: [], dtype: 'float32' } };
  const parameters = adaptedModel(shape, lora);
  const folder = join(temporaryFolder(), 'adapters');
  await writeAdapterFolder(folder, { shape, lora, parameters: { ...parameters, ...gate }, tokenizer, base: null });
  expect(readdirSync(folder).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors', BASE_FOLDER, USER_PATH_FILE].sort());
  expect(readSafetensors(join(folder, USER_PATH_FILE)).tensors).toEqual(gate);
  const base = Object.fromEntries(Object.keys(languageModelSpecs(shape)).map((name) => [name, parameters[name]!]));
  expect(readWeights(join(folder, BASE_FOLDER))).toEqual(base);
});
