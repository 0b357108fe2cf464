import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { MASKED, softCap } from '../operations.ts';
import type { DecodingState, LayerCache } from './interface.ts';

/** How scores become attention weights. */
export interface ScoreRule {
  /** Factor of q k'; 1 / sqrt(headDim) unless a model says otherwise. */
  readonly scale: number;
  /** Scores s become cap tanh(s / cap) (Gemma 2); null: as they are. */
  readonly softcap: number | null;
}

/** Additive biases of one decoding step: which prompt slots [prompts, 1, 1, promptLength] and own slots [capacity] may be attended. */
export interface DecodingBias {
  readonly prompt: Tensor;
  readonly generated: Tensor;
}

/**
 * Biases of a step: padding of the prompts and slots not yet written are masked; with a window also what lies `window` tokens or more back.
 * @param positions int32 [prompts, beams]; equal for the beams of a prompt
 */
export function decodingBias(state: DecodingState, positions: Tensor, window: number | null): DecodingBias {
  const promptSlots = tf.range(0, state.prompt[0]!.keys.shape[2]!, 1, 'int32');
  const slots = tf.range(0, state.generated[0]!.keys.shape[2]!, 1, 'int32');
  const padded = tf.greaterEqual(promptSlots, tf.expandDims(state.promptLengths, 1));
  const later = tf.greater(slots, state.step);
  const prompt = masked(padded);
  if (window === null) return { prompt: tf.reshape(prompt, [-1, 1, 1, promptSlots.shape[0]!]), generated: masked(later) };
  const here = tf.slice(positions, [0, 0], [positions.shape[0]!, 1]);
  const outside = masked(tf.greaterEqual(tf.sub(here, promptSlots), tf.scalar(window, 'int32')));
  const before = masked(tf.greaterEqual(tf.sub(state.step, slots), tf.scalar(window, 'int32')));
  return {
    prompt: tf.reshape(tf.minimum(prompt, outside), [-1, 1, 1, promptSlots.shape[0]!]),
    generated: tf.minimum(masked(later), before),
  };
}

/** `MASKED` where the condition holds, 0 elsewhere. */
function masked(condition: Tensor): Tensor {
  return tf.mul(tf.cast(condition, 'float32'), MASKED);
}

/**
 * Attention of every row's new token to its prompt and to its own tokens under one soft-max. Query heads outnumber key heads by a whole
 * factor (grouped-query attention, Ainslie et al. 2023): query head h reads key head floor(h / factor).
 * @param q [prompts, heads, beams, headDim]
 * @returns [prompts, heads, beams, headDim]
 */
export function attendToPromptAndRow(q: Tensor, prompt: LayerCache, row: LayerCache, bias: DecodingBias, rule: ScoreRule): Tensor {
  const [prompts, heads, beams, headDim] = q.shape as [number, number, number, number];
  const keyHeads = prompt.keys.shape[1]!;
  const [promptLength, capacity] = [prompt.keys.shape[2]!, row.keys.shape[2]!];
  const grouped = (x: Tensor) => tf.reshape(x, [prompts, keyHeads, -1, x.shape[3]!]);
  const ownGrouped = (x: Tensor) => tf.reshape(toRows(x), [prompts * beams, keyHeads, heads / keyHeads, x.shape[3]!]);
  const ungroup = (x: Tensor) => tf.reshape(x, [prompts, heads, beams, x.shape[3]!]);
  const ungroupOwn = (x: Tensor) => toGroups(tf.reshape(x, [prompts * beams, heads, 1, x.shape[3]!]), prompts);
  const scores = (a: Tensor, keys: Tensor) => softCap(tf.mul(tf.matMul(a, keys, false, true), rule.scale), rule.softcap);
  const toPrompt = tf.add(ungroup(scores(grouped(q), prompt.keys)), bias.prompt);
  const toRow = tf.add(ungroupOwn(scores(ownGrouped(q), row.keys)), bias.generated);
  const weights = tf.softmax(tf.concat([toPrompt, toRow], 3));
  const [promptWeights, rowWeights] = tf.split(weights, [promptLength, capacity], 3) as [Tensor, Tensor];
  const fromPrompt = ungroup(tf.matMul(grouped(promptWeights), prompt.values));
  const fromRow = ungroupOwn(tf.matMul(ownGrouped(rowWeights), row.values));
  return tf.reshape(tf.add(fromPrompt, fromRow), [prompts, heads, beams, headDim]);
}

/** The rows' caches with the new token's keys and values [prompts, keyValueHeads, beams, headDim] in slot `step`. */
export function writeSlot(cache: LayerCache, keys: Tensor, values: Tensor, step: Tensor): LayerCache {
  const slots = tf.range(0, cache.keys.shape[2]!, 1, 'int32');
  const here = tf.reshape(tf.equal(slots, step), [1, 1, -1, 1]);
  return { keys: tf.where(here, toRows(keys), cache.keys), values: tf.where(here, toRows(values), cache.values) };
}

/** [prompts, heads, beams, n] -> [prompts * beams, heads, 1, n] */
function toRows(x: Tensor): Tensor {
  const [prompts, heads, beams, n] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [prompts * beams, heads, 1, n]);
}

/** [prompts * beams, heads, 1, n] -> [prompts, heads, beams, n] */
function toGroups(x: Tensor, prompts: number): Tensor {
  const [rows, heads, , n] = x.shape as [number, number, number, number];
  return tf.transpose(tf.reshape(x, [prompts, rows / prompts, heads, n]), [0, 2, 1, 3]);
}
