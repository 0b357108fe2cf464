import { existsSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs-core';
import type { Engine, HostTensors, Program, ProgramFunction, Tensors } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import { valueAndGradients } from '../../src-main/training/gradientProgram.ts';

export const ENGINES: Record<string, () => Promise<Engine>> = {
  reference: createReferenceEngine,
  onnx: () => createOnnxEngine({ provider: 'cpu', threads: 2 }),
};

/** Debian's chromium package carries a software Vulkan driver, with which the WebGPU provider runs without a GPU. */
export const SOFTWARE_VULKAN = { VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json', LD_LIBRARY_PATH: '/usr/lib/chromium' };
export const hasSoftwareVulkan = existsSync(SOFTWARE_VULKAN.VK_ICD_FILENAMES);

/** Compiles and runs `fn` once. */
export async function runOnce(engine: Engine, fn: ProgramFunction, inputs: HostTensors, key: string): Promise<HostTensors> {
  const specs = Object.fromEntries(Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]));
  const program: Program = await engine.compile(fn, { key, inputs: specs });
  return (await program.run(inputs)).host;
}

/** A program that returns the loss and its gradients with respect to the inputs `names`, the latter as `gradient.<name>`. */
export function withGradients(names: readonly string[], loss: (inputs: Tensors) => tf.Tensor): ProgramFunction {
  return (inputs) => {
    const { value, gradients } = valueAndGradients(names, inputs, loss);
    return { loss: value, ...Object.fromEntries(names.map((name) => [`gradient.${name}`, gradients[name]!])) };
  };
}
