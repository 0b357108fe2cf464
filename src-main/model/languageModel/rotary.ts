import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Rotary position embedding: base, and how its frequencies are stretched for texts longer than those of the pretraining. */
export interface Rope {
  readonly theta: number;
  readonly scaling: null | { readonly type: 'linear'; readonly factor: number } | Llama3Scaling;
}

/** Llama 3.1's: low frequencies are divided by `factor`, high ones stay, those between are blended. */
export interface Llama3Scaling {
  readonly type: 'llama3';
  readonly factor: number;
  readonly lowFrequencyFactor: number;
  readonly highFrequencyFactor: number;
  /** Positions of the first pretraining. */
  readonly originalMaxPositions: number;
}

/** Cosines and sines that rotate one set of positions: [1, 1, positions, headDim] or what broadcasts like it. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** Angle per position of each pair: theta^(-2i / headDim), stretched (Su et al. 2021; Llama 3.1's code for `llama3`). */
export function inverseFrequencies({ theta, scaling }: Rope, headDim: number): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const frequency = 1 / theta ** ((2 * i) / headDim);
    if (scaling === null) return frequency;
    return scaling.type === 'linear' ? frequency / scaling.factor : stretchLlama3(frequency, scaling);
  });
}

function stretchLlama3(frequency: number, scaling: Llama3Scaling): number {
  const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = scaling;
  const turns = (originalMaxPositions * frequency) / (2 * Math.PI);
  if (turns < lowFrequencyFactor) return frequency / factor;
  if (turns > highFrequencyFactor) return frequency;
  const share = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
  return (1 - share) * (frequency / factor) + share * frequency;
}

/** @param positions int32 [groups, positions] -> cosines and sines [groups, 1, positions, headDim] */
export function rotationAt(positions: Tensor, rope: Rope, headDim: number): Rotation {
  const [groups, length] = positions.shape as [number, number];
  const frequencies = tf.tensor2d(inverseFrequencies(rope, headDim), [1, headDim / 2]);
  const half = tf.mul(tf.reshape(tf.cast(positions, 'float32'), [-1, 1]), frequencies);
  const angles = tf.reshape(tf.concat([half, half], 1), [groups, 1, length, headDim]);
  return { cos: tf.cos(angles), sin: tf.sin(angles) };
}

/**
 * Rotates element i with element i + headDim / 2 (Hugging Face's order of the pairs): x cos + [-x2, x1] sin.
 * @param x [groups, heads, positions, headDim]
 */
export function rotate(x: Tensor, { cos, sin }: Rotation): Tensor {
  const [first, second] = tf.split(x, 2, 3) as [Tensor, Tensor];
  return tf.add(tf.mul(x, cos), tf.mul(tf.concat([tf.neg(second), first], 3), sin));
}
