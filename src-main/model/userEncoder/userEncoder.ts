import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Tensors } from '../../engine/engine.ts';
import type { ParameterSpecs } from '../parameters.ts';
import type { UserEncoderShape } from './autoregressive.ts';
import * as autoregressive from './autoregressive.ts';
import { bert4recSpecs, clozeLoss, encodeBothWays, nextClozeLogits } from './bert4rec.ts';
import { dualEncoderSpecs, dualLogits, dualLoss, encodeUserTower } from './dualEncoder.ts';

export type { UserEncoderShape } from './autoregressive.ts';

/** What an architecture of user encoders must be able to do. */
interface UserEncoder {
  specs(shape: UserEncoderShape): ParameterSpecs;
  /** [batch, slots, dModel] */
  encode(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): Tensor;
  loss(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { loss: Tensor; byFeature: Tensors };
  logits(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, feature: string): Tensor;
}

const ARCHITECTURES: Record<NonNullable<UserEncoderShape['architecture']>, UserEncoder> = {
  autoregressive: {
    specs: autoregressive.userEncoderSpecs,
    encode: autoregressive.encodeHistory,
    loss: autoregressive.nextEventLoss,
    logits: autoregressive.nextEventLogits,
  },
  bert4rec: { specs: bert4recSpecs, encode: encodeBothWays, loss: clozeLoss, logits: nextClozeLogits },
  dual: { specs: dualEncoderSpecs, encode: encodeUserTower, loss: dualLoss, logits: dualLogits },
};

function architectureOf({ architecture = 'autoregressive' }: UserEncoderShape): UserEncoder {
  return ARCHITECTURES[architecture];
}

/** Every parameter of the encoder; those of `encoder.head.` serve its pretraining only. */
export function userEncoderSpecs(shape: UserEncoderShape): ParameterSpecs {
  return architectureOf(shape).specs(shape);
}

/** Embeddings of a user: one per event of the window, or a dual encoder's k. */
export function userSlots({ dual, architecture, maxHistory }: UserEncoderShape): number {
  return architecture === 'dual' ? dual!.numEmbeddings : maxHistory;
}

/** Features that a ranking of the next event can be asked of. */
export function rankedFeatures(shape: UserEncoderShape): string[] {
  return shape.architecture === 'dual' ? [shape.dual!.labelFeature] : autoregressive.predictedFeatures(shape).map(({ name }) => name);
}

/**
 * The user's embeddings E_u and which of them are there.
 * @param inputs `history.*`
 * @returns `embeddings` [batch, slots, dModel], int32 `mask` [batch, slots]: 1 = may be attended
 */
export function encodeUser(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { embeddings: Tensor; mask: Tensor } {
  const mask = inputs['history.mask']!;
  const embeddings = architectureOf(shape).encode(parameters, shape, inputs);
  if (shape.architecture !== 'dual') return { embeddings, mask };
  const present = tf.max(mask, 1, true);
  return { embeddings, mask: tf.mul(tf.ones([1, userSlots(shape)], 'int32'), present) };
}

/** The loss that the encoder is pretrained with, and its parts by feature. */
export function pretrainingLoss(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors): { loss: Tensor; byFeature: Tensors } {
  return architectureOf(shape).loss(parameters, shape, inputs);
}

/** Scores of every value of `feature` as the next event's: [batch, vocabulary]. */
export function nextValueLogits(parameters: Tensors, shape: UserEncoderShape, inputs: Tensors, feature: string): Tensor {
  return architectureOf(shape).logits(parameters, shape, inputs, feature);
}
