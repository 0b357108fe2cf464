import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { floats, type HostTensor, type HostTensors } from '../engine/engine.ts';
import { hasOutputsFirst, type LanguageModelShape } from '../model/languageModel/languageModel.ts';
import { type LoraShape, loraMatrices } from '../model/lora.ts';
import { writeSafetensors } from '../store/safetensors.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import { writeModelFiles, writeUserPath } from './exportFolder.ts';
import { writeNewFolder } from './newFolder.ts';
import { namedTensors } from './tensorNames.ts';

/** A language model with low-rank adapters that are not merged. */
export interface LoraAdapters {
  readonly shape: LanguageModelShape;
  readonly lora: LoraShape;
  /** The adapters, the base model's weights where it was made from scratch, and the user path where there is one. */
  readonly parameters: HostTensors;
}

interface ExportedAdapters extends LoraAdapters {
  readonly tokenizer: Tokenizer;
  /** Folder of the pretrained base model; null: made from scratch, and written along as `base/`. */
  readonly base: string | null;
}

/** Folder beside the adapters that holds a base model made from scratch. */
export const BASE_FOLDER = 'base';
const PREFIX = 'base_model.model.';

/**
 * Writes adapters as Hugging Face PEFT reads them: `adapter_config.json`, and `adapter_model.safetensors` with `lora_A` [rank, inputs] and `lora_B`
 * [outputs, rank] of every matrix: y = x W + (alpha / rank) x A^T B^T.
 * @throws AppError as `writeNewFolder`, `disk-full`; the reason of `signal`
 */
export async function writeAdapterFolder(folder: string, adapters: ExportedAdapters, signal?: AbortSignal): Promise<void> {
  await writeNewFolder(folder, async (temporary) => {
    const { shape, parameters, tokenizer, base } = adapters;
    const matrices = adaptedMatrices(adapters);
    writeFileSync(join(temporary, 'adapter_config.json'), `${JSON.stringify(adapterConfig(adapters, Object.values(matrices)), null, 2)}\n`);
    await writeSafetensors(join(temporary, 'adapter_model.safetensors'), adapterTensors(parameters, matrices), { format: 'pt' }, signal);
    await writeUserPath(temporary, parameters, signal);
    if (base !== null) return;
    const scratch = Object.fromEntries(namedTensors(shape).map(({ parameter }) => [parameter, parameters[parameter]!]));
    mkdirSync(join(temporary, BASE_FOLDER));
    await writeModelFiles(join(temporary, BASE_FOLDER), { shape, parameters: scratch, tokenizer, base }, signal);
  });
}

/** Prefix of every adapted matrix's parameters -> the module that a checkpoint has for it: `model.layers.0.self_attn.q_proj`. */
function adaptedMatrices({ shape, parameters }: LoraAdapters): Record<string, string> {
  const modules = new Map(namedTensors(shape).map(({ parameter, tensor }) => [parameter, tensor.replace(/\.weight$/, '')]));
  return Object.fromEntries(loraMatrices(parameters).map((prefix) => [prefix, modules.get(`${prefix}.weight`)!]));
}

function adapterConfig({ shape, lora, base }: ExportedAdapters, modules: readonly string[]): Record<string, unknown> {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: base ?? BASE_FOLDER,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: 0,
    bias: 'none',
    // GPT-2's layers hold their matrices as [inputs, outputs].
    fan_in_fan_out: !hasOutputsFirst(shape),
    // With the name of the block: a last name alone, such as c_proj, may be that of matrices without adapters, too.
    target_modules: [...new Set(modules.map((module) => module.split('.').slice(-2).join('.')))],
    inference_mode: true,
  };
}

function adapterTensors(parameters: HostTensors, matrices: Record<string, string>): HostTensors {
  const tensors: HostTensors = {};
  for (const [prefix, module] of Object.entries(matrices)) {
    tensors[`${PREFIX}${module}.lora_A.weight`] = transposed(parameters[`${prefix}.lora.a`]!);
    tensors[`${PREFIX}${module}.lora_B.weight`] = transposed(parameters[`${prefix}.lora.b`]!);
  }
  return tensors;
}

function transposed({ data, shape }: HostTensor): HostTensor {
  const [rows, columns] = shape as [number, number];
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = data[row * columns + column]!;
  }
  return floats(result, [columns, rows]);
}
