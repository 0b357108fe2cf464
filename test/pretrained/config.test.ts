import { describe, expect, it } from 'vitest';
import { type ConfigJson, parseConfig } from '../../src-main/pretrained/config.ts';
import { errorOf } from '../store/temporaryWorkspace.ts';
import { GOLDEN } from './checkpoints.ts';

const LLAMA: ConfigJson = GOLDEN.models['llama, linear rope, tied head']!.config;
const GPT2: ConfigJson = GOLDEN.models['gpt2']!.config;
const GEMMA3: ConfigJson = GOLDEN.models['gemma3']!.config;

const complaint = (config: ConfigJson) => errorOf(() => parseConfig(config));

describe('a configuration', () => {
  it.each([
    [
      { ...LLAMA, model_type: 'mamba' },
      'model_type "mamba" is not supported; the supported ones are gpt2, llama, mistral, qwen2, qwen3, gemma2, gemma3_text',
    ],
    [{}, 'model_type nothing is not supported; the supported ones are gpt2, llama, mistral, qwen2, qwen3, gemma2, gemma3_text'],
    [
      { ...LLAMA, rope_scaling: { type: 'yarn', factor: 4 } },
      'rope_scaling type "yarn" is not supported; the supported ones are default, linear, llama3',
    ],
    [{ ...LLAMA, rope_scaling: { rope_type: 'linear' } }, 'factor: expected a positive number, got nothing'],
    [{ ...LLAMA, hidden_act: 'relu' }, 'hidden_act "relu" is not supported'],
    [{ ...LLAMA, num_key_value_heads: 3 }, 'num_key_value_heads 3 does not divide num_attention_heads 4'],
    [{ ...LLAMA, hidden_size: -1 }, 'hidden_size: expected a positive whole number, got -1'],
    [{ ...LLAMA, tie_word_embeddings: 'yes' }, 'tie_word_embeddings: expected true or false, got "yes"'],
    [{ ...LLAMA, quantization_config: { bits: 4 } }, 'quantization_config {"bits":4} is not supported'],
    [{ ...LLAMA, layer_types: ['full_attention'] }, 'layer_types: expected one for each of 3 layers'],
    [{ ...LLAMA, layer_types: Array(3).fill('linear_attention') }, 'layer_types "linear_attention" is not supported'],
    [{ ...GPT2, activation_function: 'relu' }, 'activation_function "relu" is not supported'],
    [{ ...GPT2, n_head: 3 }, 'n_head 3 does not divide n_embd 16'],
  ])('%j is refused with what is wrong', (config, message) => {
    expect(complaint(config)).toEqual({ code: 'checkpoint-invalid', message: `config.json: ${message}` });
  });

  it('without its sizes never gives a model of other sizes', () => {
    for (const name of ['vocab_size', 'hidden_size', 'num_hidden_layers', 'num_attention_heads', 'intermediate_size']) {
      expect(complaint({ ...LLAMA, [name]: undefined }).message).toBe(
        `config.json: ${name}: expected a positive whole number, got nothing`,
      );
    }
  });

  it('of Gemma 3 may say rope by kind of layer, as newer files do', () => {
    const { rope_theta, rope_local_base_freq, rope_scaling, ...rest } = GEMMA3;
    const parameters = {
      full_attention: { ...(rope_scaling as object), rope_theta },
      sliding_attention: { rope_type: 'default', rope_theta: rope_local_base_freq },
    };
    expect(parseConfig({ ...rest, rope_parameters: parameters })).toEqual(parseConfig(GEMMA3));
  });
});
