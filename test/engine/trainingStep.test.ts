import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type DeviceTensors, floats } from '../../src-main/engine/engine.ts';
import { createOnnxEngine } from '../../src-main/engine/onnx/onnxEngine.ts';
import { createReferenceEngine } from '../../src-main/engine/reference/reference.ts';
import { hasSoftwareVulkan, SOFTWARE_VULKAN } from './engines.ts';
import { expectClose, hostTensors, maxDifference, readGolden } from './goldenValues.ts';
import { trainSmallModel } from './smallModel.ts';

const onnx = () => createOnnxEngine({ provider: 'cpu', threads: 2 });

describe('a training step of the onnx engine', () => {
  it('agrees with the reference engine over 20 steps', async () => {
    const expected = await trainSmallModel(await createReferenceEngine(), 20);
    const actual = await trainSmallModel(await onnx(), 20);
    expect(maxDifference(actual.losses, expected.losses)).toBeLessThan(1e-4);
    expect(maxDifference(actual.norms, expected.norms)).toBeLessThan(1e-3);
    for (const [name, tensor] of Object.entries(expected.parameters)) {
      // Soft-max does not feel a bias on the keys: its gradient is rounding alone, which AdamW scales up to whole steps.
      if (name.endsWith('attention.qkv.bias')) continue;
      expectClose(actual.parameters[name]!, tensor, 1e-3, name);
    }
    expect(actual.losses.at(-1)).toBeLessThan(actual.losses[0]! - 0.1);
  });

  it('repeats bit for bit', async () => {
    const [first, second] = [await trainSmallModel(await onnx(), 8), await trainSmallModel(await onnx(), 8)];
    expect(second.losses).toEqual(first.losses);
    expect(second.parameters).toEqual(first.parameters);
  });

  it.runIf(hasSoftwareVulkan)('agrees with the reference engine on WebGPU, on a software Vulkan device', async () => {
    // In a process of its own: the Vulkan loader reads its environment once.
    const script = fileURLToPath(new URL('webgpuTraining.ts', import.meta.url));
    const output = execFileSync(process.execPath, [script], {
      env: { ...process.env, ...SOFTWARE_VULKAN },
      encoding: 'utf8',
    });
    const losses = JSON.parse(output.trim().split('\n').at(-1)!) as number[];
    const expected = await trainSmallModel(await createReferenceEngine(), losses.length);
    expect(losses.length).toBe(8);
    expect(maxDifference(losses, expected.losses)).toBeLessThan(1e-3);
  });
});

describe.each(['onnx', 'reference'])('AdamW of the %s engine', (name) => {
  const golden = readGolden('adamw');
  const open = name === 'onnx' ? onnx : createReferenceEngine;

  it("follows PyTorch's trajectory over 50 steps", async () => {
    const engine = await open();
    const parameters: DeviceTensors = {};
    for (const [key, value] of Object.entries(hostTensors(golden.start))) parameters[key] = await engine.upload(value);
    const optimizer = await engine.createAdamW(parameters, { ...golden.options, decayed: new Set(golden.options.decayed) });
    for (const [index, step] of golden.steps.entries()) {
      const gradients: DeviceTensors = {};
      for (const [key, value] of Object.entries(hostTensors(step.gradients))) gradients[key] = await engine.upload(value);
      const { gradientNorm } = await optimizer.step({ learningRate: step.learningRate, gradients });
      expect(gradientNorm).toBeCloseTo(step.gradientNorm, 4);
      const after = golden.parametersAfter[index + 1];
      if (after)
        for (const key of Object.keys(after)) expectClose(await parameters[key]!.read(), after[key], 2e-5, `${key} after ${index + 1}`);
    }
    for (const key of Object.keys(parameters)) {
      expectClose(await optimizer.firstMoments[key]!.read(), golden.firstMoments[key], 2e-5, key);
      expectClose(await optimizer.secondMoments[key]!.read(), golden.secondMoments[key], 2e-5, key);
    }
    await engine.dispose();
  });

  it('gives accumulated gradients the effect of their mean', async () => {
    const engine = await open();
    const options = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, decayed: new Set(['w']), clipNorm: 1 };
    const start = floats(Float32Array.of(1, -2, 3), [3]);
    const update = async (given: number[][]) => {
      const parameters = { w: await engine.upload(start) };
      const optimizer = await engine.createAdamW(parameters, options);
      for (let round = 0; round < 2; round++) {
        for (const values of given) await optimizer.accumulate({ w: await engine.upload(floats(Float32Array.from(values), [3])) });
        await optimizer.step({ learningRate: 0.1, scale: 1 / given.length });
      }
      return (await parameters.w.read()).data;
    };
    expect(
      Array.from(
        await update([
          [1, 2, 3],
          [3, 2, 1],
        ]),
      ),
    ).toEqual(Array.from(await update([[2, 2, 2]])));
    await engine.dispose();
  });
});
