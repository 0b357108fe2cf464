import type { NamedAttrMap, NamedTensorMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The few operations whose gradients are written by hand, because an engine can then run them in fewer passes over memory.
 * Each is composed of plain tfjs operations; where the current backend registers the fused kernel of the same name, that runs instead.
 * Both ways agree (test/engine/fusedOperations.test.ts).
 */

/** Additive attention bias of a pair that must not attend. Large enough that exp() gives exactly 0, small enough to stay finite. */
export const MASKED = -1e9;
const NORM_EPSILON = 1e-5;

type DifferentiableFunction = (
  save: tf.GradSaveFunc,
  ...inputs: Tensor[]
) => {
  value: Tensor;
  gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor | Tensor[];
};

/** `tf.customGrad` with the save function first, so that inputs and results are typed. */
function withGradient(fn: DifferentiableFunction, ...inputs: Tensor[]): Tensor {
  const operation = tf.customGrad((...args: (Tensor | tf.GradSaveFunc)[]) =>
    fn(args.at(-1) as tf.GradSaveFunc, ...(args.slice(0, -1) as Tensor[])),
  );
  return operation(...inputs);
}

/** The outputs of a fused kernel, or null where the current backend has none of that name. */
function fused(kernel: string, inputs: Record<string, Tensor>, attributes: NamedAttrMap): Tensor[] | null {
  if (!tf.getKernel(kernel, tf.getBackend())) return null;
  const result = tf.engine().runKernel(kernel, inputs as unknown as NamedTensorMap, attributes) as Tensor | Tensor[];
  return Array.isArray(result) ? result : [result];
}

/**
 * Layer normalisation over the last axis: y = (x - mean) / sqrt(variance + 1e-5) * gain + bias (Ba et al. 2016).
 * Gradient: dx = s (h - mean(h) - xhat mean(h xhat)), h = dy gain, xhat = (x - mean) s, s = 1 / sqrt(variance + 1e-5).
 * @param x [rows, width]
 */
export function layerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor {
  return withGradient(
    (save) => {
      const [y, mean, scale] = fused('FusedLayerNorm', { x, gain, bias }, { epsilon: NORM_EPSILON }) ?? composedLayerNorm(x, gain, bias);
      save([x, gain, mean!, scale!]);
      return {
        value: y!,
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [x, gain, mean, scale] = saved as [Tensor, Tensor, Tensor, Tensor];
          const normalised = tf.mul(tf.sub(x, mean), scale);
          const weighted = tf.mul(dy, normalised);
          const h = tf.mul(dy, gain);
          const alongX = tf.mean(tf.mul(h, normalised), -1, true);
          const dx = tf.mul(tf.sub(tf.sub(h, tf.mean(h, -1, true)), tf.mul(normalised, alongX)), scale);
          return [dx, tf.sum(weighted, 0), tf.sum(dy, 0)];
        },
      };
    },
    x,
    gain,
    bias,
  );
}

function composedLayerNorm(x: Tensor, gain: Tensor, bias: Tensor): Tensor[] {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), NORM_EPSILON));
  return [tf.add(tf.mul(tf.mul(centred, scale), gain), bias), mean, scale];
}

/**
 * RMS normalisation over the last axis: y = x s gain, s = 1 / sqrt(mean(x^2) + epsilon) (Zhang and Sennrich 2019).
 * Gradient: dx = s (h - xhat mean(h xhat)), h = dy gain, xhat = x s.
 * @param x [rows, width]
 */
export function rmsNorm(x: Tensor, gain: Tensor, epsilon: number): Tensor {
  return withGradient(
    (save) => {
      const [y, scale] = fused('FusedRmsNorm', { x, gain }, { epsilon }) ?? composedRmsNorm(x, gain, epsilon);
      save([x, gain, scale!]);
      return {
        value: y!,
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [x, gain, scale] = saved as [Tensor, Tensor, Tensor];
          const normalised = tf.mul(x, scale);
          const h = tf.mul(dy, gain);
          const alongX = tf.mean(tf.mul(h, normalised), -1, true);
          return [tf.mul(tf.sub(h, tf.mul(normalised, alongX)), scale), tf.sum(tf.mul(dy, normalised), 0)];
        },
      };
    },
    x,
    gain,
  );
}

function composedRmsNorm(x: Tensor, gain: Tensor, epsilon: number): Tensor[] {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
  return [tf.mul(tf.mul(x, scale), gain), scale];
}

/** SiLU (swish): y = x sigmoid(x); dy/dx = s + y (1 - s), s = sigmoid(x). */
export function silu(x: Tensor): Tensor {
  return withGradient((save) => {
    const gate = tf.sigmoid(x);
    const y = tf.mul(x, gate);
    save([gate, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [gate, y] = saved as [Tensor, Tensor];
        return tf.mul(dy, tf.add(gate, tf.sub(y, tf.mul(y, gate))));
      },
    };
  }, x);
}

/** cap tanh(x / cap): bounds x to (-cap, cap) (Gemma 2). Without a cap x itself. */
export function softCap(x: Tensor, cap: number | null): Tensor {
  return cap === null ? x : tf.mul(tf.tanh(tf.div(x, cap)), cap);
}

const GELU_SCALE = Math.sqrt(2 / Math.PI);
const GELU_CUBIC = 0.044715;

/**
 * GELU, tanh approximation: y = x / 2 (1 + tanh(u)), u = sqrt(2 / pi) (x + 0.044715 x^3) (Hendrycks and Gimpel 2016).
 * Written with s = sigmoid(2u) = (1 + tanh(u)) / 2: y = x s, dy/dx = s + y (1 - s) d(2u)/dx: one transcendental in all.
 */
export function gelu(x: Tensor): Tensor {
  return withGradient((save) => {
    const square = tf.square(x);
    const gate = tf.sigmoid(tf.mul(tf.add(tf.mul(square, 2 * GELU_SCALE * GELU_CUBIC), 2 * GELU_SCALE), x));
    const y = tf.mul(x, gate);
    save([square, gate, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [square, gate, y] = saved as [Tensor, Tensor, Tensor];
        const slope = tf.add(tf.mul(square, 6 * GELU_SCALE * GELU_CUBIC), 2 * GELU_SCALE);
        return tf.mul(dy, tf.add(gate, tf.mul(tf.sub(y, tf.mul(y, gate)), slope)));
      },
    };
  }, x);
}

/** y = x W + b for x [..., in], W [in, out], b [out] (or no bias). */
export function dense(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const flat = tf.reshape(x, [-1, weight.shape[0]!]);
  const product = tf.matMul(flat, weight);
  const y = bias ? tf.add(product, bias) : product;
  return tf.reshape(y, [...x.shape.slice(0, -1), weight.shape[1]!]);
}

/** How scores become attention weights: their factor, and the bound of Gemma 2 or null. */
interface ScoreRule {
  readonly scale: number;
  readonly softcap: number | null;
}

const plainRule = (q: Tensor): ScoreRule => ({ scale: 1 / Math.sqrt(q.shape[q.rank - 1]!), softcap: null });

function attentionScores(q: Tensor, k: Tensor, { scale, softcap }: ScoreRule): Tensor {
  return softCap(tf.mul(tf.matMul(q, k, false, true), scale), softcap);
}

/** The weights of `attention`, to be looked at: softmax(q k' scale + bias), [batch, heads, queries, keys]. No gradient. */
export function attentionWeights(q: Tensor, k: Tensor, bias: Tensor): Tensor {
  return tf.softmax(tf.add(attentionScores(q, k, plainRule(q)), bias));
}

/**
 * Scaled dot-product attention (Vaswani et al. 2017, equation 1): softmax(q k' scale + bias) v, scale = 1 / sqrt(headDim) by default.
 * A row whose every key is masked gets the mean of all values: callers zero such rows (see `crossAttention`).
 * Gradient: dP = do v', dS = P (dP - rowsum(do o)) scale; rowsum(do o) equals rowsum(dP P) at a fraction of the size.
 * With a soft-cap c (Gemma 2) scores s become c tanh(s / c) before the bias, and dS takes the factor 1 - (s / c)^2 of the capped s.
 * @param q [batch, heads, queries, headDim]
 * @param k,v [batch, heads, keys, headDim]
 * @param bias additive, broadcast to [batch, heads, queries, keys]; 0 = may attend, `MASKED` = must not. No gradient.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, bias: Tensor | null, rule: ScoreRule = plainRule(q)): Tensor {
  const { scale, softcap } = rule;
  return withGradient(
    (save) => {
      const scores = attentionScores(q, k, rule);
      const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
      const output = tf.matMul(weights, v);
      save([q, k, v, weights, output, ...(softcap === null ? [] : [scores])]);
      return {
        value: output,
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [q, k, v, weights, output, scores] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor?];
          const dv = tf.matMul(weights, dy, true, false);
          const dWeights = tf.matMul(dy, v, false, true);
          const dCapped = tf.mul(weights, tf.sub(dWeights, tf.sum(tf.mul(dy, output), -1, true)));
          const dScores = scores ? tf.mul(dCapped, tf.sub(1, tf.square(tf.div(scores, softcap!)))) : dCapped;
          return [tf.mul(tf.matMul(dScores, k), scale), tf.mul(tf.matMul(dScores, q, true, false), scale), dv];
        },
      };
    },
    q,
    k,
    v,
  );
}

/**
 * Weighted mean cross-entropy: sum_i weights_i (-log softmax(logits_i)[targets_i]) / sum_i weights_i; 0 when all weights are 0.
 * Gradient: dlogits_i = (softmax(logits_i) - onehot(targets_i)) weights_i / sum(weights), without ever building the one-hot matrix.
 * @param logits [rows, classes]
 * @param targets int32 [rows]
 * @param weights float32 [rows]; 0 leaves a row out
 */
export function crossEntropy(logits: Tensor, targets: Tensor, weights: Tensor): Tensor {
  const shares = tf.div(weights, tf.maximum(tf.sum(weights), 1e-9));
  return withGradient((save) => {
    const [losses, probabilities] = fused('FusedCrossEntropy', { logits, targets }, {}) ?? composedCrossEntropy(logits, targets);
    // Whatever is not saved is gone when the gradient runs, even if a closure still names it.
    save([probabilities!, shares, targets]);
    return {
      value: tf.sum(tf.mul(losses!, shares)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [probabilities, shares, targets] = saved as [Tensor, Tensor, Tensor];
        const factors = tf.expandDims(tf.mul(shares, dy), 1);
        const result = fused('FusedCrossEntropyGradient', { probabilities, targets, factors }, {});
        if (result) return result[0]!;
        return tf.mul(tf.sub(probabilities, tf.oneHot(targets as tf.Tensor1D, logits.shape[1]!)), factors);
      },
    };
  }, logits);
}

/**
 * `crossEntropy` of the logits hidden weight' + bias, for vocabularies whose logits are the largest tensor of a step: its gradient only
 * multiplies with the probabilities P, and never scales or copies them.
 * With s = weights / sum(weights): dhidden = s (P weight - weight[targets]); dweight = P' (s hidden) - sum of s hidden over each class's
 * rows; dbias = P' s - sum of s over each class's rows.
 * @param hidden [rows, width]
 * @param weight [classes, width]
 * @param bias [classes], or null
 * @param targets int32 [rows]
 * @param weights float32 [rows]; 0 leaves a row out
 */
export function linearCrossEntropy(hidden: Tensor, weight: Tensor, bias: Tensor | null, targets: Tensor, weights: Tensor): Tensor {
  const shares = tf.div(weights, tf.maximum(tf.sum(weights), 1e-9));
  const inputs = bias ? [hidden, weight, bias] : [hidden, weight];
  return withGradient(
    (save) => {
      const logits = bias ? tf.matMul(withOnes(hidden), withColumn(weight, bias), false, true) : tf.matMul(hidden, weight, false, true);
      const [losses, probabilities] = fused('FusedCrossEntropy', { logits, targets }, {}) ?? composedCrossEntropy(logits, targets);
      save([hidden, weight, probabilities!, shares, targets]);
      return {
        value: tf.sum(tf.mul(losses!, shares)),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [hidden, weight, probabilities, shares, targets] = saved as [Tensor, Tensor, Tensor, Tensor, Tensor];
          const classes = weight.shape[0]!;
          const factors = tf.expandDims(tf.mul(shares, dy), 1);
          const atTarget = tf.gather(weight, targets as tf.Tensor1D);
          const dHidden = tf.mul(tf.sub(tf.matMul(probabilities, weight), atTarget), factors);
          const sumByClass = (rows: Tensor) => tf.unsortedSegmentSum(rows as tf.Tensor2D, targets as tf.Tensor1D, classes);
          const scaled = tf.mul(hidden, factors);
          const dWeight = tf.sub(tf.matMul(probabilities, scaled, true, false), sumByClass(scaled));
          if (!bias) return [dHidden, dWeight];
          const expected = tf.matMul(tf.reshape(factors, [1, -1]), probabilities);
          return [dHidden, dWeight, tf.sub(tf.reshape(expected, [classes]), tf.reshape(sumByClass(factors), [classes]))];
        },
      };
    },
    ...inputs,
  );
}

/** The bias as one more column of the weight, so that adding it takes no pass over the logits. */
function withColumn(weight: Tensor, bias: Tensor): Tensor {
  return tf.concat([weight, tf.reshape(bias, [-1, 1])], 1);
}

function withOnes(hidden: Tensor): Tensor {
  return tf.concat([hidden, tf.ones([hidden.shape[0]!, 1])], 1);
}

function composedCrossEntropy(logits: Tensor, targets: Tensor): Tensor[] {
  const logProbabilities = tf.logSoftmax(logits);
  const picked = tf.mul(logProbabilities, tf.oneHot(targets as tf.Tensor1D, logits.shape[1]!));
  return [tf.neg(tf.sum(picked, 1)), tf.exp(logProbabilities)];
}

/** [batch, length, heads * headDim] -> [batch, heads, length, headDim] */
export function splitHeads(x: Tensor, numHeads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, numHeads, width / numHeads]), [0, 2, 1, 3]);
}

/** [batch, heads, length, headDim] -> [batch, length, heads * headDim] */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, length, headDim] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * headDim]);
}

/** Additive bias [length, length]: position i attends to positions 0..i, with a window to the last `window` of them only. */
export function causalBias(length: number, window: number | null = null): Tensor {
  const positions = Int32Array.from({ length }, (_, position) => position);
  // Compared inside the program: a long text's whole matrix would be a constant of many megabytes.
  const [keys, queries] = [tf.tensor2d(positions, [1, length], 'int32'), tf.tensor2d(positions, [length, 1], 'int32')];
  const later = tf.mul(tf.cast(tf.greater(keys, queries), 'float32'), MASKED);
  if (window === null || window >= length) return later;
  const earlier = tf.greaterEqual(tf.sub(queries, keys), tf.scalar(window, 'int32'));
  return tf.minimum(later, tf.mul(tf.cast(earlier, 'float32'), MASKED));
}
