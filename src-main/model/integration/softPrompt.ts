import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import { dense } from '../operations.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { type MemoryShape, memorySlots, memorySpecs, type UserMemory } from './memory.ts';

/** The user as vectors before the text: [task prompt] + [projected user embeddings] + text (User-LLM appendix D). */
export interface SoftPromptShape extends MemoryShape {
  /** Trained vectors before the user's; the paper: 10. */
  readonly taskPromptLength: number;
  /** Width of the language model. */
  readonly dModel: number;
}

/** Vectors that stand before a text. */
export interface SoftPrefix {
  /** [batch, slots, dModel]; row b uses its first lengths[b] slots. */
  readonly vectors: Tensor;
  /** int32 [batch] */
  readonly lengths: Tensor;
}

const COMPONENT = 'softPrompt';

export function softPromptSpecs(shape: SoftPromptShape): ParameterSpecs {
  const { taskPromptLength, dModel, projectionSize } = shape;
  const std = 1 / Math.sqrt(dModel);
  return {
    ...memorySpecs(shape),
    'softPrompt.task': { shape: [taskPromptLength, dModel], init: { std }, component: COMPONENT, decay: false },
    'softPrompt.out.weight': {
      shape: [projectionSize, dModel],
      init: { std: std / Math.sqrt(projectionSize) },
      component: COMPONENT,
      decay: true,
    },
  };
}

/** Slots of the longest prefix. */
export function softPromptSlots(shape: SoftPromptShape): number {
  return shape.taskPromptLength + memorySlots(shape);
}

/** The task prompt and E W_o. The prefix of a user without events is the task prompt alone. */
export function softPrefix(parameters: Tensors, shape: SoftPromptShape, { vectors, mask }: UserMemory): SoftPrefix {
  const user = dense(vectors, parameters['softPrompt.out.weight']!);
  const task = tf.mul(tf.ones([user.shape[0]!, 1, 1]), tf.expandDims(parameters['softPrompt.task']!, 0));
  const lengths = tf.add(tf.cast(tf.sum(mask, 1), 'int32'), tf.scalar(shape.taskPromptLength, 'int32'));
  return { vectors: tf.concat([task, user], 1), lengths };
}

/**
 * Puts each row's prefix before its text without a gap, so that padding only ever comes last and a causal model needs no mask for it.
 * @param text [batch, length, dModel], positions added: the text's own positions count from its first token, the prefix has none
 * @returns [batch, slots + length, dModel]
 */
export function joinPrefix(text: Tensor, { vectors, lengths }: SoftPrefix): Tensor {
  const slots = vectors.shape[1]!;
  const total = slots + text.shape[1]!;
  const places = tf.range(0, total, 1, 'float32');
  const ends = tf.expandDims(tf.cast(lengths, 'float32'), 1);
  const inPrefix = tf.cast(tf.less(places, ends), 'float32');
  // Places after the text repeat its last vector: nothing ever looks at them.
  const inText = tf.minimum(tf.add(tf.sub(places, ends), slots), total - 1);
  return gatherRows(tf.concat([vectors, text], 1), tf.add(tf.mul(inPrefix, places), tf.mul(tf.sub(1, inPrefix), inText)));
}

/** The rows of the text alone: the inverse of `joinPrefix`. */
export function dropPrefix(hidden: Tensor, { lengths }: SoftPrefix, textLength: number): Tensor {
  const places = tf.range(0, textLength, 1, 'float32');
  return gatherRows(hidden, tf.add(places, tf.expandDims(tf.cast(lengths, 'float32'), 1)));
}

/** [batch, from, width] and places float32 [batch, to] -> [batch, to, width] */
function gatherRows(x: Tensor, places: Tensor): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  const firstRows = tf.expandDims(tf.mul(tf.range(0, batch, 1, 'float32'), length), 1);
  const rows = tf.cast(tf.reshape(tf.add(places, firstRows), [-1]), 'int32');
  return tf.reshape(tf.gather(tf.reshape(x, [batch * length, width]), rows as tf.Tensor1D), [batch, places.shape[1]!, width]);
}
