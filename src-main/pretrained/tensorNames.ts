import { type LanguageModelShape, languageModelSpecs } from '../model/languageModel/languageModel.ts';

/** A parameter of the model and the tensor of the checkpoint that holds it: same shape, same order of the numbers. */
export interface NamedTensor {
  readonly parameter: string;
  readonly tensor: string;
  readonly shape: readonly number[];
}

const GPT_NAMES: readonly [RegExp, string][] = [
  [/^lm\.tokenEmbedding\./, 'transformer.wte.'],
  [/^lm\.positionEmbedding\./, 'transformer.wpe.'],
  [/^lm\.finalNorm\./, 'transformer.ln_f.'],
  [/^lm\.layers\.(\d+)\.attentionNorm\./, 'transformer.h.$1.ln_1.'],
  [/^lm\.layers\.(\d+)\.attention\.qkv\./, 'transformer.h.$1.attn.c_attn.'],
  [/^lm\.layers\.(\d+)\.attention\.out\./, 'transformer.h.$1.attn.c_proj.'],
  [/^lm\.layers\.(\d+)\.feedForwardNorm\./, 'transformer.h.$1.ln_2.'],
  [/^lm\.layers\.(\d+)\.feedForward\.in\./, 'transformer.h.$1.mlp.c_fc.'],
  [/^lm\.layers\.(\d+)\.feedForward\.out\./, 'transformer.h.$1.mlp.c_proj.'],
];

const LLAMA_NAMES: readonly [RegExp, string][] = [
  [/^lm\.tokenEmbedding\./, 'model.embed_tokens.'],
  [/^lm\.head\./, 'lm_head.'],
  [/^lm\.finalNorm\./, 'model.norm.'],
  [/^lm\.layers\.(\d+)\.attentionNorm\./, 'model.layers.$1.input_layernorm.'],
  [/^lm\.layers\.(\d+)\.attention\.query\./, 'model.layers.$1.self_attn.q_proj.'],
  [/^lm\.layers\.(\d+)\.attention\.key\./, 'model.layers.$1.self_attn.k_proj.'],
  [/^lm\.layers\.(\d+)\.attention\.value\./, 'model.layers.$1.self_attn.v_proj.'],
  [/^lm\.layers\.(\d+)\.attention\.out\./, 'model.layers.$1.self_attn.o_proj.'],
  [/^lm\.layers\.(\d+)\.attention\.queryNorm\./, 'model.layers.$1.self_attn.q_norm.'],
  [/^lm\.layers\.(\d+)\.attention\.keyNorm\./, 'model.layers.$1.self_attn.k_norm.'],
  [/^lm\.layers\.(\d+)\.feedForward\.gate\./, 'model.layers.$1.mlp.gate_proj.'],
  [/^lm\.layers\.(\d+)\.feedForward\.up\./, 'model.layers.$1.mlp.up_proj.'],
  [/^lm\.layers\.(\d+)\.feedForward\.down\./, 'model.layers.$1.mlp.down_proj.'],
];

/** Llama's norm before the feed-forward part is named after what it follows; Gemma has one there, too, and names both. */
const NORMS = { feedForwardNorm: 'post_attention_layernorm' } as const;
const GEMMA_NORMS = {
  attentionPostNorm: 'post_attention_layernorm',
  feedForwardNorm: 'pre_feedforward_layernorm',
  feedForwardPostNorm: 'post_feedforward_layernorm',
} as const;

/** Every parameter of the model with the name that a Hugging Face checkpoint gives it, in the order of the layers. */
export function namedTensors(shape: LanguageModelShape): NamedTensor[] {
  return Object.entries(languageModelSpecs(shape)).map(([parameter, spec]) => ({
    parameter,
    tensor: shape.architecture === 'llama' ? llamaName(parameter, shape.postNorms) : rename(parameter, GPT_NAMES),
    shape: spec.shape,
  }));
}

function llamaName(parameter: string, postNorms: boolean): string {
  const norm = /^lm\.layers\.(\d+)\.(\w+Norm)\.weight$/.exec(parameter);
  const names: Record<string, string> = postNorms ? GEMMA_NORMS : NORMS;
  const name = norm && names[norm[2]!];
  return name ? `model.layers.${norm[1]}.${name}.weight` : rename(parameter, LLAMA_NAMES);
}

function rename(parameter: string, names: readonly [RegExp, string][]): string {
  const rule = names.find(([pattern]) => pattern.test(parameter));
  if (!rule) throw new Error(`tensorNames: parameter ${parameter} has no name in a checkpoint`);
  return parameter.replace(...rule);
}

/**
 * The name under which a checkpoint holds a tensor: its own, or the same without the outermost module (`wte.weight` for
 * `transformer.wte.weight`), as checkpoints of the model without its head have it. Null: it holds none.
 */
export function storedName(tensor: string, stored: ReadonlyMap<string, unknown>): string | null {
  if (stored.has(tensor)) return tensor;
  const short = tensor.replace(/^(transformer|model)\./, '');
  return stored.has(short) ? short : null;
}

/** Tensors of a checkpoint that hold nothing learned: causal masks, rotary tables, and a second copy of a tied output matrix. */
export function isLeftOut(tensor: string, shape: LanguageModelShape): boolean {
  if (/\.attn\.(bias|masked_bias)$|\.rotary_emb\.inv_freq$/.test(tensor)) return true;
  return tensor === 'lm_head.weight' && (shape.architecture !== 'llama' || shape.tiedHead);
}
