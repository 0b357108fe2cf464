import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { addUser, beginText, endText, type UserPath } from '../integration/userPath.ts';
import { adapterUpdate } from '../lora.ts';
import {
  attention,
  causalBias,
  crossEntropy,
  gelu,
  linearCrossEntropy,
  mergeHeads,
  rmsNorm,
  silu,
  softCap,
  splitHeads,
} from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { attendToPromptAndRow, decodingBias, type ScoreRule, writeSlot } from './decodingAttention.ts';
import type { DecoderSizes, DecodingState, LanguageModel, LayerCache } from './interface.ts';
import { type Rope, type Rotation, rotate, rotationAt } from './rotary.ts';

export type LayerKind = 'full' | 'sliding';

/**
 * The family of Llama (Touvron et al. 2023) and what others changed in it: Mistral, Qwen 2 and 3, Gemma 2 and 3. RMSNorm before each half of a
 * block, rotary positions, grouped-query attention, gated feed-forward. Matrices are [outputs, inputs], as in the checkpoints.
 */
export interface LlamaShape extends DecoderSizes {
  readonly architecture: 'llama';
  /** Divides numHeads. */
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly feedForwardSize: number;
  readonly activation: 'silu' | 'gelu';
  readonly normEpsilon: number;
  /** 1: a norm's gain is 1 + weight (Gemma). */
  readonly normGainOffset: 0 | 1;
  /** A second norm after each half of a block, before it is added (Gemma). */
  readonly postNorms: boolean;
  /** RMSNorm of every head's queries and keys before they are rotated (Qwen 3, Gemma 3). */
  readonly queryKeyNorm: boolean;
  readonly biases: { readonly queryKeyValue: boolean; readonly attentionOut: boolean; readonly feedForward: boolean };
  /** The output matrix is the token embedding. */
  readonly tiedHead: boolean;
  /** Token embeddings are multiplied by this: sqrt(dModel) in Gemma, else 1. */
  readonly embeddingScale: number;
  readonly attention: ScoreRule;
  /** Logits z become cap tanh(z / cap) (Gemma 2). */
  readonly logitSoftcap: number | null;
  /** `sliding` layers see the last `window` tokens only, the token itself included. */
  readonly layers: readonly LayerKind[];
  readonly window: number;
  readonly rope: Readonly<Record<LayerKind, Rope>>;
}

const COMPONENT = 'languageModel';

function specs(shape: LlamaShape): ParameterSpecs {
  const { vocabularySize, dModel } = shape;
  const embedding = { shape: [vocabularySize, dModel], init: { std: 1 / Math.sqrt(dModel) }, component: COMPONENT, decay: false } as const;
  const all: ParameterSpecs = { 'lm.tokenEmbedding.weight': embedding, ...normSpec('lm.finalNorm', dModel, shape) };
  if (!shape.tiedHead) all['lm.head.weight'] = { ...embedding, decay: true };
  for (let layer = 0; layer < shape.numLayers; layer++) Object.assign(all, layerSpecs(`lm.layers.${layer}`, shape));
  return all;
}

function layerSpecs(prefix: string, shape: LlamaShape): ParameterSpecs {
  const { dModel, feedForwardSize, headDim, biases } = shape;
  const [queries, keys] = [shape.numHeads * headDim, shape.numKeyValueHeads * headDim];
  const matrix = (name: string, outputs: number, inputs: number, bias: boolean) => matrixSpecs(`${prefix}.${name}`, outputs, inputs, bias);
  return {
    ...normSpec(`${prefix}.attentionNorm`, dModel, shape),
    ...matrix('attention.query', queries, dModel, biases.queryKeyValue),
    ...matrix('attention.key', keys, dModel, biases.queryKeyValue),
    ...matrix('attention.value', keys, dModel, biases.queryKeyValue),
    ...matrix('attention.out', dModel, queries, biases.attentionOut),
    ...(shape.queryKeyNorm && {
      ...normSpec(`${prefix}.attention.queryNorm`, headDim, shape),
      ...normSpec(`${prefix}.attention.keyNorm`, headDim, shape),
    }),
    ...(shape.postNorms && {
      ...normSpec(`${prefix}.attentionPostNorm`, dModel, shape),
      ...normSpec(`${prefix}.feedForwardPostNorm`, dModel, shape),
    }),
    ...normSpec(`${prefix}.feedForwardNorm`, dModel, shape),
    ...matrix('feedForward.gate', feedForwardSize, dModel, biases.feedForward),
    ...matrix('feedForward.up', feedForwardSize, dModel, biases.feedForward),
    ...matrix('feedForward.down', dModel, feedForwardSize, biases.feedForward),
  };
}

function normSpec(prefix: string, width: number, { normGainOffset }: LlamaShape): ParameterSpecs {
  return { [`${prefix}.weight`]: { shape: [width], init: normGainOffset === 1 ? 'zeros' : 'ones', component: COMPONENT, decay: false } };
}

function matrixSpecs(prefix: string, outputs: number, inputs: number, bias: boolean): ParameterSpecs {
  const weight = { shape: [outputs, inputs], init: { std: 1 / Math.sqrt(inputs) }, component: COMPONENT, decay: true } as const;
  if (!bias) return { [`${prefix}.weight`]: weight };
  return { [`${prefix}.weight`]: weight, [`${prefix}.bias`]: { shape: [outputs], init: 'zeros', component: COMPONENT, decay: false } };
}

function readTexts(
  parameters: Tensors,
  shape: LlamaShape,
  tokens: Tensor,
  user: UserPath | null,
  onLayer?: (layer: number, cache: LayerCache) => void,
): Tensor {
  let x = beginText(embedTokens(parameters, shape, tokens), user);
  const [batch, length] = x.shape as [number, number, number];
  const positions = tf.range(0, length, 1, 'int32');
  const byKind = perKind(shape, (kind) => ({
    bias: textBias(shape, kind, length),
    rotation: rotationAt(tf.reshape(positions, [1, length]), shape.rope[kind], shape.headDim),
  }));
  for (const [layer, kind] of shape.layers.entries()) {
    const prefix = `lm.layers.${layer}`;
    const { bias, rotation } = byKind[kind]!;
    const { q, keys, values } = attentionInputs(parameters, prefix, shape, x, rotation);
    onLayer?.(layer, { keys, values });
    x = addAttentionOutput(parameters, prefix, shape, x, attendToText(shape, q, keys, values, bias));
    x = addFeedForward(parameters, prefix, shape, addUser(parameters, layer, x, user));
  }
  return endText(tf.reshape(norm(parameters, 'lm.finalNorm', shape, x), [batch, length, shape.dModel]), tokens.shape[1]!, user);
}

function readNextToken(
  parameters: Tensors,
  shape: LlamaShape,
  { tokens, positions: textPositions }: { tokens: Tensor; positions: Tensor },
  state: DecodingState,
  user: UserPath | null,
): { hidden: Tensor; generated: LayerCache[] } {
  // Rotations count a soft prompt's vectors, too.
  const positions = state.prefixLengths ? tf.add(textPositions, tf.expandDims(state.prefixLengths, 1)) : textPositions;
  const byKind = perKind(shape, (kind) => ({
    bias: decodingBias(state, positions, kind === 'sliding' ? shape.window : null),
    rotation: rotationAt(positions, shape.rope[kind], shape.headDim),
  }));
  let x = embedTokens(parameters, shape, tokens);
  const generated = shape.layers.map((kind, layer) => {
    const prefix = `lm.layers.${layer}`;
    const { bias, rotation } = byKind[kind]!;
    const { q, keys, values } = attentionInputs(parameters, prefix, shape, x, rotation);
    const written = writeSlot(state.generated[layer]!, keys, values, state.step);
    x = addAttentionOutput(parameters, prefix, shape, x, attendToPromptAndRow(q, state.prompt[layer]!, written, bias, shape.attention));
    x = addFeedForward(parameters, prefix, shape, addUser(parameters, layer, x, user));
    return written;
  });
  return { hidden: norm(parameters, 'lm.finalNorm', shape, x), generated };
}

function perKind<T>(shape: LlamaShape, make: (kind: LayerKind) => T): Partial<Record<LayerKind, T>> {
  return Object.fromEntries([...new Set(shape.layers)].map((kind) => [kind, make(kind)]));
}

/** Causal bias of the query heads that share a key head, one after the other: [heads / keyValueHeads * length, length]. */
function textBias(shape: LlamaShape, kind: LayerKind, length: number): Tensor {
  const bias = causalBias(length, kind === 'sliding' ? shape.window : null);
  return tf.tile(bias, [shape.numHeads / shape.numKeyValueHeads, 1]);
}

/** [batch, length] -> [batch, length, dModel] */
function embedTokens(parameters: Tensors, { dModel, embeddingScale }: LlamaShape, tokens: Tensor): Tensor {
  const rows = tf.gather(parameters['lm.tokenEmbedding.weight']!, tf.reshape(tokens, [-1]) as tf.Tensor1D);
  return tf.reshape(embeddingScale === 1 ? rows : tf.mul(rows, embeddingScale), [...tokens.shape, dModel]);
}

/** Queries [batch, heads, length, headDim], keys and values [batch, keyValueHeads, length, headDim]; queries and keys rotated. */
function attentionInputs(parameters: Tensors, prefix: string, shape: LlamaShape, x: Tensor, rotation: Rotation) {
  const h = norm(parameters, `${prefix}.attentionNorm`, shape, x);
  const heads = (part: string, count: number) => splitHeads(project(parameters, `${prefix}.attention.${part}`, h), count);
  const normed = (part: string, count: number) =>
    shape.queryKeyNorm ? norm(parameters, `${prefix}.attention.${part}Norm`, shape, heads(part, count)) : heads(part, count);
  return {
    q: rotate(normed('query', shape.numHeads), rotation),
    keys: rotate(normed('key', shape.numKeyValueHeads), rotation),
    values: heads('value', shape.numKeyValueHeads),
  };
}

/** Attention within whole texts; the query heads of one key head stand below each other, so that keys are not repeated. */
function attendToText(shape: LlamaShape, q: Tensor, keys: Tensor, values: Tensor, bias: Tensor): Tensor {
  const [batch, , length, headDim] = q.shape as [number, number, number, number];
  const grouped = tf.reshape(q, [batch, shape.numKeyValueHeads, -1, headDim]);
  return tf.reshape(attention(grouped, keys, values, bias, shape.attention), [batch, shape.numHeads, length, headDim]);
}

function addAttentionOutput(parameters: Tensors, prefix: string, shape: LlamaShape, x: Tensor, heads: Tensor): Tensor {
  const update = project(parameters, `${prefix}.attention.out`, mergeHeads(heads));
  return tf.add(x, shape.postNorms ? norm(parameters, `${prefix}.attentionPostNorm`, shape, update) : update);
}

/** x + W_down (act(W_gate h) * W_up h), h = norm(x) (Shazeer 2020: SwiGLU, GeGLU). */
function addFeedForward(parameters: Tensors, prefix: string, shape: LlamaShape, x: Tensor): Tensor {
  const h = norm(parameters, `${prefix}.feedForwardNorm`, shape, x);
  const activate = shape.activation === 'silu' ? silu : gelu;
  const gate = activate(project(parameters, `${prefix}.feedForward.gate`, h));
  const update = project(parameters, `${prefix}.feedForward.down`, tf.mul(gate, project(parameters, `${prefix}.feedForward.up`, h)));
  return tf.add(x, shape.postNorms ? norm(parameters, `${prefix}.feedForwardPostNorm`, shape, update) : update);
}

/** RMSNorm with the gain under `prefix`; any rank. */
function norm(parameters: Tensors, prefix: string, { normEpsilon, normGainOffset }: LlamaShape, x: Tensor): Tensor {
  const weight = parameters[`${prefix}.weight`]!;
  const gain = normGainOffset === 1 ? tf.add(weight, 1) : weight;
  return tf.reshape(rmsNorm(tf.reshape(x, [-1, x.shape[x.rank - 1]!]), gain, normEpsilon), x.shape);
}

/** y = x W' + b for W [outputs, inputs]; b where the model has one, and what the low-rank adapter of W adds where there is one. */
function project(parameters: Tensors, prefix: string, x: Tensor): Tensor {
  const weight = parameters[`${prefix}.weight`]!;
  const bias = parameters[`${prefix}.bias`];
  const product = tf.matMul(tf.reshape(x, [-1, weight.shape[1]!]), weight, false, true);
  const y = tf.reshape(bias ? tf.add(product, bias) : product, [...x.shape.slice(0, -1), weight.shape[0]!]);
  const update = adapterUpdate(parameters, prefix, x);
  return update ? tf.add(y, update) : y;
}

function tokenLogits(parameters: Tensors, shape: LlamaShape, hidden: Tensor): Tensor {
  return softCap(tf.matMul(hidden, headOf(parameters, shape), false, true), shape.logitSoftcap);
}

function tokenLoss(parameters: Tensors, shape: LlamaShape, hidden: Tensor, targets: Tensor, weights: Tensor): Tensor {
  if (shape.logitSoftcap !== null) return crossEntropy(tokenLogits(parameters, shape, hidden), targets, weights);
  return linearCrossEntropy(hidden, headOf(parameters, shape), null, targets, weights);
}

function headOf(parameters: Tensors, { tiedHead }: LlamaShape): Tensor {
  return parameters[tiedHead ? 'lm.tokenEmbedding.weight' : 'lm.head.weight']!;
}

export const llama: LanguageModel<LlamaShape> = {
  specs,
  cacheShape: ({ numKeyValueHeads, headDim }) => ({ heads: numKeyValueHeads, headDim }),
  readTexts,
  readNextToken,
  tokenLogits,
  tokenLoss,
};
