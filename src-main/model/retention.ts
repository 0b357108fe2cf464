import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../engine/engine.ts';
import { readTexts, tokenLogits } from './languageModel/languageModel.ts';
import { type PersonalisedShape, readPersonalised } from './personalised.ts';

/** Before the names of the base language model's parameters. */
export const BASE_PREFIX = 'base.';

/**
 * A fine-tuned model p and the base language model q on the same texts, for the token after every position of every row:
 * `baseLoss` = -log q(target), `loss` = -log p(target), `kl` = KL(q || p) = sum_v q(v) (log q(v) - log p(v)), in nats, and `top1` = 1 where the likeliest
 * tokens of both are the same, else 0. The user path is on where `shape.user` is not null.
 * @param parameters those of p, and those of q under `BASE_PREFIX`
 * @param inputs int32 `tokens` and `targets` [rows, length]; `history.*` with a user path
 * @returns each [rows * length]
 */
export function compareWithBase(parameters: Tensors, shape: PersonalisedShape, inputs: Tensors): Tensors {
  const { languageModel } = shape;
  const logProbabilities = (of: Tensors, hidden: Tensor) =>
    tf.logSoftmax(tokenLogits(of, languageModel, tf.reshape(hidden, [-1, languageModel.dModel])));
  const base = withoutPrefix(parameters);
  const baseLogs = logProbabilities(base, readTexts(base, languageModel, inputs['tokens']!, null));
  const logs = logProbabilities(parameters, readPersonalised(parameters, shape, inputs));
  return {
    baseLoss: tf.neg(pick(baseLogs, inputs['targets']!)),
    loss: tf.neg(pick(logs, inputs['targets']!)),
    kl: tf.sum(tf.mul(tf.exp(baseLogs), tf.sub(baseLogs, logs)), 1),
    top1: tf.max(tf.mul(isLargest(baseLogs), isLargest(logs)), 1),
  };
}

function withoutPrefix(parameters: Tensors): Tensors {
  const entries = Object.entries(parameters).filter(([name]) => name.startsWith(BASE_PREFIX));
  return Object.fromEntries(entries.map(([name, tensor]) => [name.slice(BASE_PREFIX.length), tensor]));
}

/** [rows, columns] and int32 columns [rows] (of any shape) -> [rows] */
function pick(values: Tensor, columns: Tensor): Tensor {
  const [rows, width] = values.shape as [number, number];
  const places = tf.add(tf.mul(tf.range(0, rows, 1, 'int32'), tf.scalar(width, 'int32')), tf.reshape(columns, [-1]));
  return tf.gather(tf.reshape(values, [-1]), places as tf.Tensor1D);
}

/** 1 at the largest value of each row, and at whatever equals it; else 0. */
function isLargest(values: Tensor): Tensor {
  return tf.cast(tf.equal(values, tf.max(values, 1, true)), 'float32');
}
