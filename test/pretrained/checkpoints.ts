import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HostTensors } from '../../src-main/engine/engine.ts';
import { writeSafetensors } from '../../src-main/store/safetensors.ts';
import { readGolden } from '../engine/goldenValues.ts';

export type GoldenModel = { config: Record<string, unknown>; tensors: Record<string, number[]>; logits: number[] };
export const GOLDEN: { tokens: number[][]; models: Record<string, GoldenModel> } = readGolden('language-models');

/** The weights of make_language_models.py: a formula of each tensor's place among the sorted names and of the element's index. */
export function goldenWeights({ config, tensors }: GoldenModel): HostTensors {
  const isGemma = String(config['model_type']).startsWith('gemma');
  return Object.fromEntries(
    Object.keys(tensors)
      .sort()
      .map((name, k) => {
        const shape = tensors[name]!;
        const offset = shape.length === 1 && !name.endsWith('bias') && !isGemma ? 1 : 0;
        const length = shape.reduce((product, size) => product * size, 1);
        const data = Float32Array.from({ length }, (_, i) => ((31 * i * i + 17 * i + 101 * k) % 997) / 997 - 0.5 + offset);
        return [name, { data, shape, dtype: 'float32' as const }];
      }),
  );
}

/** Writes a golden model as a Hugging Face folder: one file, or two shards with their index. */
export async function writeGoldenCheckpoint(folder: string, model: GoldenModel, { sharded = false } = {}): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify(model.config));
  const weights = Object.entries(goldenWeights(model));
  if (!sharded) {
    await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(weights), {});
    return;
  }
  const halves = { 'model-00001-of-00002.safetensors': weights.slice(0, 5), 'model-00002-of-00002.safetensors': weights.slice(5) };
  const weightMap: Record<string, string> = {};
  for (const [file, tensors] of Object.entries(halves)) {
    await writeSafetensors(join(folder, file), Object.fromEntries(tensors), {});
    for (const [name] of tensors) weightMap[name] = file;
  }
  writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map: weightMap }));
}

/** A checkpoint among the data beside the repository, where they are. */
export function sharedCheckpoint(name: string): string | null {
  const folder = fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
  return existsSync(folder) ? folder : null;
}
