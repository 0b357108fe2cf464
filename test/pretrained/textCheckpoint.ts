import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { languageModelSpecs } from '../../src-main/model/languageModel/languageModel.ts';
import { initializeParameters } from '../../src-main/model/parameters.ts';
import { type ConfigJson, parseConfig } from '../../src-main/pretrained/config.ts';
import { namedTensors } from '../../src-main/pretrained/tensorNames.ts';
import { writeSafetensors } from '../../src-main/store/safetensors.ts';
import { trainBytePairTokenizer } from '../../src-main/text/bytePairTrainer.ts';

const TEXTS = Array(4).fill('Next title: Film A (1990) and Film B (1991). Favourite genre: Comedy, Action, Drama.');
const CONFIG: ConfigJson = {
  model_type: 'qwen3',
  hidden_size: 16,
  intermediate_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 6,
  max_position_embeddings: 256,
  tie_word_embeddings: true,
};

/** Writes a whole little language model with random weights and a tokenizer, as a Hugging Face folder. */
export async function writeTextCheckpoint(folder: string, { seed = 1, maxPositions = 256 } = {}): Promise<void> {
  const tokenizer = trainBytePairTokenizer(TEXTS, 320);
  // More rows than tokens, as checkpoints often have.
  const config = { ...CONFIG, vocab_size: Object.keys(tokenizer.model.vocab).length + 3, max_position_embeddings: maxPositions };
  const shape = parseConfig(config);
  const parameters = initializeParameters(languageModelSpecs(shape), seed);
  const tensors = Object.fromEntries(namedTensors(shape).map(({ parameter, tensor }) => [tensor, parameters[parameter]!]));
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, {});
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '<|endoftext|>' }));
}
