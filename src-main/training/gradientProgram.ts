import * as tf from '@tensorflow/tfjs-core';
import type { DeviceTensor, DeviceTensors, Engine, HostTensors, Program, ProgramFunction, TensorSpec, Tensors } from '../engine/engine.ts';

/** Scalar mean loss over a batch. Masks and weights are inputs; randomness too, so that every engine sees the same. */
export type LossFunction = (parameters: Tensors, inputs: Tensors) => tf.Tensor;

/** What a loss is differentiated with respect to, and how its programs are told apart. */
export interface LossProgramOptions {
  readonly engine: Engine;
  /** Names the loss and everything its closure depends on. */
  readonly key: string;
  readonly loss: LossFunction;
}

const GRADIENT = 'gradient.';

/** Shapes and types of tensors, without their content. */
export function specsOf(tensors: Readonly<Record<string, TensorSpec>>): Record<string, TensorSpec> {
  return Object.fromEntries(Object.entries(tensors).map(([name, { shape, dtype }]) => [name, { shape: [...shape], dtype }]));
}

/** Equal for batches that share a compiled program. */
export function shapeSignature(batch: HostTensors): string {
  return JSON.stringify(
    Object.keys(batch)
      .sort()
      .map((name) => [name, batch[name]!.dtype, ...batch[name]!.shape]),
  );
}

function pick(tensors: Tensors, names: readonly string[]): Tensors {
  return Object.fromEntries(names.map((name) => [name, tensors[name]!]));
}

function requireDistinctNames(parameters: DeviceTensors, batch: HostTensors): void {
  const shared = Object.keys(batch).filter((name) => name in parameters);
  if (shared.length > 0) throw new Error(`trainer: batch and parameters must not share names, got "${shared.join('", "')}" in both`);
}

function scalar(outputs: HostTensors): number {
  return outputs.loss!.data[0]!;
}

/** One compiled program for each batch shape; `build` makes the step for the names it is given. */
function programsByShape(
  options: LossProgramOptions & { parameters: DeviceTensors; purpose: string; deviceOutputs: string[]; step: ProgramFunction },
) {
  const known = new Map<string, Promise<Program>>();
  return (batch: HostTensors): Promise<Program> => {
    const signature = shapeSignature(batch);
    const program = known.get(signature) ?? compile(batch);
    known.set(signature, program);
    return program;
  };
  function compile(batch: HostTensors): Promise<Program> {
    requireDistinctNames(options.parameters, batch);
    return options.engine.compile(options.step, {
      key: `${options.key}/${options.purpose}`,
      inputs: { ...specsOf(options.parameters), ...specsOf(batch) },
      deviceOutputs: options.deviceOutputs,
    });
  }
}

/** Splits the inputs of a program into parameters and batch. */
function apply(loss: LossFunction, parameters: DeviceTensors, inputs: Tensors): tf.Tensor {
  const batchNames = Object.keys(inputs).filter((name) => !(name in parameters));
  return loss(pick(inputs, Object.keys(parameters)), pick(inputs, batchNames));
}

/** The scalar `loss` of `inputs`, and its gradients with respect to the inputs called `names`. */
export function valueAndGradients(names: readonly string[], inputs: Tensors, loss: (inputs: Tensors) => tf.Tensor) {
  const differentiate = tf.valueAndGrads((...tensors: tf.Tensor[]) =>
    loss({ ...inputs, ...Object.fromEntries(names.map((name, index) => [name, tensors[index]!])) }),
  );
  const { value, grads } = differentiate(names.map((name) => inputs[name]!));
  return { value, gradients: Object.fromEntries(names.map((name, index) => [name, grads[index]!])) as Tensors };
}

export interface GradientFunction {
  /** Loss of the batch, and its gradients in buffers that the next call overwrites. */
  run(batch: HostTensors): Promise<{ loss: number; gradients: DeviceTensors }>;
  dispose(): void;
}

/**
 * Compiles loss and gradients with respect to the trainable parameters, once for each batch shape. The gradients stay on the
 * device, in one set of buffers whatever the batch's shape.
 * @param parameters all parameters, resident; the frozen ones are inputs like the others
 */
export function createGradientFunction(
  options: LossProgramOptions & { parameters: DeviceTensors; trainable: readonly string[] },
): GradientFunction {
  const { loss, parameters, trainable } = options;
  let buffers: DeviceTensors | null = null;
  const programOf = programsByShape({
    ...options,
    purpose: `gradients(${trainable.join(',')})`,
    deviceOutputs: trainable.map((name) => GRADIENT + name),
    step: (inputs) => {
      const { value, gradients } = valueAndGradients(trainable, inputs, (all) => apply(loss, parameters, all));
      return { loss: value, ...Object.fromEntries(trainable.map((name) => [GRADIENT + name, gradients[name]!])) };
    },
  });
  return {
    run: async (batch) => {
      const program = await programOf(batch);
      const { host, device } = await program.run({ ...parameters, ...batch }, buffers ?? undefined);
      buffers = device;
      const byParameter = Object.entries(device).map(([name, tensor]): [string, DeviceTensor] => [name.slice(GRADIENT.length), tensor]);
      return { loss: scalar(host), gradients: Object.fromEntries(byParameter) };
    },
    dispose: () => {
      for (const tensor of Object.values(buffers ?? {})) tensor.dispose();
      buffers = null;
    },
  };
}

/** Compiles the loss alone, once for each batch shape: what validation and evaluation call. */
export function createLossFunction(options: LossProgramOptions & { parameters: DeviceTensors }): (batch: HostTensors) => Promise<number> {
  const programOf = programsByShape({
    ...options,
    purpose: 'loss',
    deviceOutputs: [],
    step: (inputs) => ({ loss: apply(options.loss, options.parameters, inputs) }),
  });
  return async (batch) => {
    const program = await programOf(batch);
    return scalar((await program.run({ ...options.parameters, ...batch })).host);
  };
}
