import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { floats, type HostTensors } from '../engine/engine.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import { writeSafetensors } from '../store/safetensors.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { ConfigJson } from './config.ts';
import { writeNewFolder } from './newFolder.ts';
import { namedTensors } from './tensorNames.ts';
import { readObject } from './textFiles.ts';

export interface ExportedModel {
  readonly shape: LanguageModelShape;
  /** Every parameter of the language model, and of the user path where there is one. */
  readonly parameters: HostTensors;
  readonly tokenizer: Tokenizer;
  /** Folder of the pretrained model that it began as; null: made from scratch. */
  readonly base: string | null;
}

/** What the user path learned: encoder, projection, cross-attention and gates, under the application's own names. */
export const USER_PATH_FILE = 'user-path.safetensors';
/** Text files of a pretrained model that still hold after fine-tuning. */
const KEPT_FILES =
  /^(generation_config|tokenizer|tokenizer_config|special_tokens_map|added_tokens)\.json$|^chat_template\.(jinja|json)$|^(licen[cs]e|notice)/i;

/**
 * Writes a language model as a Hugging Face folder, in float32: it loads again bit for bit, here and in transformers.
 * @throws AppError as `writeNewFolder`, `disk-full`; the reason of `signal`
 */
export async function writeModelFolder(folder: string, model: ExportedModel, signal?: AbortSignal): Promise<void> {
  await writeNewFolder(folder, (temporary) => writeModelFiles(temporary, model, signal));
}

/** The files of `writeModelFolder`, into a folder that exists. */
export async function writeModelFiles(folder: string, model: ExportedModel, signal?: AbortSignal): Promise<void> {
  writeTextFiles(folder, model);
  await writeWeights(folder, model, signal);
  await writeUserPath(folder, model.parameters, signal);
}

function writeTextFiles(folder: string, { shape, tokenizer, base }: ExportedModel): void {
  const write = (name: string, value: object) => writeFileSync(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  if (base !== null) {
    write('config.json', { ...readObject(base, 'config.json'), dtype: 'float32', torch_dtype: 'float32' });
    for (const name of readdirSync(base).filter((file) => KEPT_FILES.test(file))) copyFileSync(join(base, name), join(folder, name));
    return;
  }
  const endOfText = tokenizer.tokenText(tokenizer.endOfText);
  write('config.json', gptConfig(shape, tokenizer.endOfText));
  write('tokenizer.json', tokenizer.json);
  write('tokenizer_config.json', { tokenizer_class: 'PreTrainedTokenizerFast', eos_token: endOfText, clean_up_tokenization_spaces: false });
}

function gptConfig({ vocabularySize, maxPositions, dModel, numLayers, numHeads }: LanguageModelShape, endOfText: number): ConfigJson {
  return {
    architectures: ['GPT2LMHeadModel'],
    model_type: 'gpt2',
    vocab_size: vocabularySize,
    n_positions: maxPositions,
    n_embd: dModel,
    n_layer: numLayers,
    n_head: numHeads,
    activation_function: 'gelu_new',
    layer_norm_epsilon: 1e-5,
    tie_word_embeddings: true,
    bos_token_id: endOfText,
    eos_token_id: endOfText,
    dtype: 'float32',
    torch_dtype: 'float32',
  };
}

async function writeWeights(folder: string, { shape, parameters }: ExportedModel, signal?: AbortSignal): Promise<void> {
  const named = namedTensors(shape).map(({ parameter, tensor, shape }) => [
    tensor,
    floats(parameters[parameter]!.data as Float32Array, shape),
  ]);
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(named), { format: 'pt' }, signal);
}

/** What is not of the language model goes into a file of its own, where there is any. */
export async function writeUserPath(folder: string, parameters: HostTensors, signal?: AbortSignal): Promise<void> {
  const userPath = Object.entries(parameters).filter(([name]) => !name.startsWith('lm.'));
  if (userPath.length === 0) return;
  await writeSafetensors(join(folder, USER_PATH_FILE), Object.fromEntries(userPath), { format: 'userllm' }, signal);
}
