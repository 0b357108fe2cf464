import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { crossEntropy, MASKED } from '../operations.ts';

/** A feature's logits hidden weight' + bias. */
export interface FeatureHead {
  /** [rows, dModel] */
  readonly hidden: Tensor;
  /** [classes, dModel] */
  readonly weight: Tensor;
  /** [classes] */
  readonly bias: Tensor;
}

/**
 * Sampled soft-max (Jean et al. 2015, section 3): the cross-entropy over the target and `samples` alone. Samples are drawn uniformly, so
 * every candidate has the same expected count and the correction by its logarithm cancels; a sample that happens to be a row's target
 * takes no part in that row.
 * @param targets int32 [rows]
 * @param samples int32 [count], shared by all rows
 * @param weights float32 [rows]; 0 leaves a row out
 */
export function sampledCrossEntropy({ hidden, weight, bias }: FeatureHead, targets: Tensor, samples: Tensor, weights: Tensor): Tensor {
  const ids = tf.concat([targets, samples]) as tf.Tensor1D;
  const rows = targets.shape[0]!;
  const [atTargets, atSamples] = tf.split(tf.gather(weight, ids), [rows, samples.shape[0]!], 0);
  const [targetBias, sampleBias] = tf.split(tf.gather(bias, ids), [rows, samples.shape[0]!], 0);
  const right = tf.add(tf.sum(tf.mul(hidden, atTargets!), 1), targetBias!);
  const isTarget = tf.cast(tf.equal(tf.expandDims(targets, 1), tf.expandDims(samples, 0)), 'float32');
  const wrong = tf.add(tf.add(tf.matMul(hidden, atSamples!, false, true), sampleBias!), tf.mul(isTarget, MASKED));
  const logits = tf.concat([tf.expandDims(right, 1), wrong], 1);
  return crossEntropy(logits, tf.zeros([rows], 'int32'), weights);
}
