import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import type { ParameterSpecs } from '../parameters.ts';
import { denseSpecs, linear } from '../transformerBlock.ts';
import { type PerceiverShape, perceiverSpecs, resample } from './perceiver.ts';

/** How the encoder's embeddings become what the language model reads. */
export interface MemoryShape {
  readonly projectionSize: number;
  readonly encoderWidth: number;
  /** Embeddings of a user at most: events of the longest window, or the k of a dual encoder. */
  readonly maxHistory: number;
  /** Compresses the events to a fixed number of vectors; left out: one vector per event. */
  readonly perceiver?: PerceiverShape;
}

/** The user as the language model sees it. */
export interface UserMemory {
  /** [batch, slots, projectionSize]: one slot per event, or per latent of the Perceiver. */
  readonly vectors: Tensor;
  /** float32 [batch, slots]: 1 = may be attended; the slots of a row that may stand at its beginning. */
  readonly mask: Tensor;
}

export function memorySpecs(shape: MemoryShape): ParameterSpecs {
  const { encoderWidth, projectionSize, maxHistory, perceiver } = shape;
  return {
    ...denseSpecs('integration.projection', encoderWidth, projectionSize, 'projection'),
    'integration.recency.weight': { shape: [maxHistory, projectionSize], init: { std: 1 }, component: 'projection', decay: false },
    ...(perceiver && perceiverSpecs(perceiver, projectionSize)),
  };
}

/** Slots of a user's memory. */
export function memorySlots({ perceiver, maxHistory }: MemoryShape): number {
  return perceiver ? perceiver.numLatents : maxHistory;
}

/**
 * E = W_p E_u + b_p + r(events after this one) (User-LLM section 3.3, projection), then the Perceiver where there is one.
 * The vector r of an event's place, counted from the newest, is also the Perceiver's event-position embedding.
 * @param embeddings [batch, history, encoderWidth]
 * @param mask int32 [batch, history]: 1 = event, may be attended
 */
export function readMemory(parameters: Tensors, shape: MemoryShape, embeddings: Tensor, mask: Tensor): UserMemory {
  const events = tf.cast(mask, 'float32');
  const vectors = tf.add(linear(parameters, 'integration.projection', embeddings), recencyEmbeddings(parameters, events));
  if (!shape.perceiver) return { vectors, mask: events };
  const latents = resample(parameters, shape.perceiver, vectors, events);
  return { vectors: latents, mask: tf.mul(tf.ones([latents.shape[0]!, latents.shape[1]!]), tf.max(events, 1, true)) };
}

/** A learned vector per event for the number of events after it: [batch, history] -> [batch, history, projectionSize]. */
function recencyEmbeddings(parameters: Tensors, events: Tensor): Tensor {
  const [batch, history] = events.shape as [number, number];
  const slots = tf.range(0, history, 1, 'int32');
  const isLater = tf.cast(tf.greater(tf.expandDims(slots, 1), tf.expandDims(slots, 0)), 'float32');
  const eventsAfter = tf.cast(tf.matMul(events, isLater), 'int32');
  const rows = tf.gather(parameters['integration.recency.weight']!, tf.reshape(eventsAfter, [-1]) as tf.Tensor1D);
  return tf.reshape(rows, [batch, history, -1]);
}
