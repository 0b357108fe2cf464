import { AppError } from '../../src-shared/errors.ts';
import type { LanguageModelShape } from '../model/languageModel/languageModel.ts';
import type { LayerKind, LlamaShape } from '../model/languageModel/llama.ts';
import type { GptShape } from '../model/languageModel/scratch.ts';
import { readRopes } from './ropeConfig.ts';

/** A parsed `config.json`. */
export type ConfigJson = Readonly<Record<string, unknown>>;

/** `model_type`s that can be loaded, with the name a person knows. */
export const ARCHITECTURES = {
  gpt2: 'GPT-2',
  llama: 'Llama',
  mistral: 'Mistral',
  qwen2: 'Qwen2',
  qwen3: 'Qwen3',
  gemma2: 'Gemma 2',
  gemma3_text: 'Gemma 3',
} as const;
export type ModelType = keyof typeof ARCHITECTURES;

/**
 * The shape that a checkpoint's configuration describes.
 * @throws AppError `checkpoint-invalid` naming exactly what is unsupported or missing
 */
export function parseConfig(config: ConfigJson): LanguageModelShape {
  const type = modelType(config);
  refuse(config, 'quantization_config', (value) => value == null);
  return type === 'gpt2' ? gptShape(config) : llamaShape(config, type);
}

export function modelType(config: ConfigJson): ModelType {
  const type = config['model_type'];
  if (typeof type === 'string' && Object.hasOwn(ARCHITECTURES, type)) return type as ModelType;
  throw invalid(`model_type ${show(type)} is not supported; the supported ones are ${Object.keys(ARCHITECTURES).join(', ')}`);
}

function gptShape(config: ConfigJson): GptShape {
  const [dModel, numHeads] = [count(config, 'n_embd'), count(config, 'n_head')];
  requireDivides('n_head', numHeads, 'n_embd', dModel);
  refuse(config, 'activation_function', (value) => value === undefined || value === 'gelu_new' || value === 'gelu_pytorch_tanh');
  refuse(config, 'layer_norm_epsilon', (value) => value === undefined || value === 1e-5);
  refuse(config, 'n_inner', (value) => value == null || value === 4 * dModel);
  refuse(config, 'scale_attn_weights', (value) => value !== false);
  refuse(config, 'scale_attn_by_inverse_layer_idx', (value) => value !== true);
  refuse(config, 'add_cross_attention', (value) => value !== true);
  refuse(config, 'tie_word_embeddings', (value) => value !== false);
  const maxPositions = count(config, 'n_positions', count(config, 'n_ctx', 1024));
  return {
    architecture: 'gpt',
    vocabularySize: count(config, 'vocab_size'),
    maxPositions,
    dModel,
    numLayers: count(config, 'n_layer'),
    numHeads,
  };
}

function llamaShape(config: ConfigJson, type: ModelType): LlamaShape {
  const isGemma = type === 'gemma2' || type === 'gemma3_text';
  const [dModel, numHeads] = [count(config, 'hidden_size'), count(config, 'num_attention_heads')];
  const headDim = count(config, 'head_dim', isGemma || type === 'qwen3' ? undefined : dModel / numHeads);
  const numLayers = count(config, 'num_hidden_layers');
  const numKeyValueHeads = count(config, 'num_key_value_heads', numHeads);
  requireDivides('num_key_value_heads', numKeyValueHeads, 'num_attention_heads', numHeads);
  refuse(config, 'use_bidirectional_attention', (value) => !value);
  refuse(config, 'partial_rotary_factor', (value) => value == null || value === 1);
  const layers = layerKinds(config, type, numLayers);
  return {
    architecture: 'llama',
    vocabularySize: count(config, 'vocab_size'),
    maxPositions: count(config, 'max_position_embeddings'),
    dModel,
    numLayers,
    numHeads,
    numKeyValueHeads,
    headDim,
    feedForwardSize: count(config, 'intermediate_size'),
    activation: activation(config, isGemma),
    normEpsilon: positive(config, 'rms_norm_eps', 1e-6),
    normGainOffset: isGemma ? 1 : 0,
    postNorms: isGemma,
    queryKeyNorm: type === 'qwen3' || type === 'gemma3_text',
    biases: biases(config, type),
    tiedHead: flag(config, 'tie_word_embeddings', isGemma),
    embeddingScale: isGemma ? Math.sqrt(dModel) : 1,
    attention: {
      scale: 1 / Math.sqrt(isGemma ? positive(config, 'query_pre_attn_scalar', 256) : headDim),
      softcap: isGemma ? optional(config, 'attn_logit_softcapping', type === 'gemma2' ? 50 : null) : null,
    },
    logitSoftcap: isGemma ? optional(config, 'final_logit_softcapping', type === 'gemma2' ? 30 : null) : null,
    layers,
    window: layers.includes('sliding') ? count(config, 'sliding_window', 4096) : 0,
    rope: readRopes(config, type === 'gemma3_text'),
  };
}

function activation(config: ConfigJson, isGemma: boolean): 'silu' | 'gelu' {
  const name = isGemma ? 'hidden_activation' : 'hidden_act';
  const value = config[name] ?? (isGemma ? 'gelu_pytorch_tanh' : 'silu');
  if (value === 'silu') return 'silu';
  if (value === 'gelu_pytorch_tanh' || value === 'gelu_new') return 'gelu';
  throw unsupported(name, value);
}

function biases(config: ConfigJson, type: ModelType): LlamaShape['biases'] {
  const attention = flag(config, 'attention_bias', false);
  return { queryKeyValue: attention || type === 'qwen2', attentionOut: attention, feedForward: flag(config, 'mlp_bias', false) };
}

/** Which layers see a window only: by `layer_types`, or by the rule of the model's own code where a configuration lacks them. */
function layerKinds(config: ConfigJson, type: ModelType, numLayers: number): LayerKind[] {
  const named = config['layer_types'];
  if (named != null) return namedKinds(named, numLayers);
  const isSliding = slidingRule(config, type);
  return Array.from({ length: numLayers }, (_, layer) => (isSliding(layer) ? 'sliding' : 'full'));
}

function namedKinds(named: unknown, numLayers: number): LayerKind[] {
  if (!Array.isArray(named) || named.length !== numLayers) throw invalid(`layer_types: expected one for each of ${numLayers} layers`);
  return named.map((name: unknown) => {
    if (name === 'full_attention') return 'full';
    if (name === 'sliding_attention') return 'sliding';
    throw unsupported('layer_types', name);
  });
}

function slidingRule(config: ConfigJson, type: ModelType): (layer: number) => boolean {
  if (type === 'gemma2') return (layer) => layer % 2 === 0;
  const pattern = type === 'gemma3_text' ? count(config, 'sliding_window_pattern', 6) : 0;
  if (pattern > 0) return (layer) => (layer + 1) % pattern !== 0;
  if (config['sliding_window'] == null) return () => false;
  if (type === 'mistral') return () => true;
  if (config['use_sliding_window'] !== true) return () => false;
  const firstSliding = count(config, 'max_window_layers', 28);
  return (layer) => layer >= firstSliding;
}

/** @throws AppError `checkpoint-invalid` unless the value is one that the loaded model would honour */
function refuse(config: ConfigJson, name: string, isFine: (value: unknown) => boolean): void {
  if (!isFine(config[name])) throw unsupported(name, config[name]);
}

function requireDivides(name: string, divisor: number, ofName: string, value: number): void {
  if (value % divisor !== 0) throw invalid(`${name} ${divisor} does not divide ${ofName} ${value}`);
}

function count(config: ConfigJson, name: string, byDefault?: number): number {
  const value = config[name] ?? byDefault;
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw invalid(`${name}: expected a positive whole number, got ${show(value)}`);
}

function positive(config: ConfigJson, name: string, byDefault: number): number {
  const value = config[name] ?? byDefault;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw invalid(`${name}: expected a positive number, got ${show(value)}`);
}

/** A number, or null where the model does without. */
function optional(config: ConfigJson, name: string, byDefault: number | null): number | null {
  if (config[name] === null) return null;
  return byDefault === null && config[name] === undefined ? null : positive(config, name, byDefault ?? 0);
}

function flag(config: ConfigJson, name: string, byDefault: boolean): boolean {
  const value = config[name] ?? byDefault;
  if (typeof value === 'boolean') return value;
  throw invalid(`${name}: expected true or false, got ${show(value)}`);
}

export function unsupported(name: string, value: unknown): AppError {
  return invalid(`${name} ${show(value)} is not supported`);
}

export function invalid(what: string): AppError {
  return new AppError('checkpoint-invalid', `config.json: ${what}`);
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
