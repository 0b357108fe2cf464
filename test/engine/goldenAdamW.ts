import type { DeviceTensors, Engine, HostTensor } from '../../src-main/engine/engine.ts';
import { type GoldenTensor, hostTensors, maxDifference, readGolden } from './goldenValues.ts';

type GoldenTensors = Record<string, GoldenTensor>;

interface AdamWGolden {
  options: { beta1: number; beta2: number; epsilon: number; weightDecay: number; decayed: string[]; clipNorm: number };
  start: GoldenTensors;
  steps: { learningRate: number; gradientNorm: number; gradients: GoldenTensors }[];
  parametersAfter: Record<string, GoldenTensors>;
  firstMoments: GoldenTensors;
  secondMoments: GoldenTensors;
}

/** Repeats PyTorch's 50 updates on `engine`; the largest differences from what PyTorch has. Leaves no device tensor behind. */
export async function followGoldenAdamW(engine: Engine) {
  const golden: AdamWGolden = readGolden('adamw');
  const parameters = await uploadAll(engine, golden.start);
  const optimizer = await engine.createAdamW(parameters, { ...golden.options, decayed: new Set(golden.options.decayed) });
  const strayed = { parameters: 0, gradientNorms: 0, firstMoments: 0, secondMoments: 0 };
  for (const [index, step] of golden.steps.entries()) {
    const gradients = await uploadAll(engine, step.gradients);
    const { gradientNorm } = await optimizer.step({ learningRate: step.learningRate, gradients });
    disposeAll(gradients);
    strayed.gradientNorms = Math.max(strayed.gradientNorms, Math.abs(gradientNorm - step.gradientNorm));
    const expected = golden.parametersAfter[index + 1];
    if (expected) strayed.parameters = Math.max(strayed.parameters, await difference(parameters, expected));
  }
  strayed.firstMoments = await difference(optimizer.firstMoments, golden.firstMoments);
  strayed.secondMoments = await difference(optimizer.secondMoments, golden.secondMoments);
  optimizer.dispose();
  disposeAll(parameters);
  return strayed;
}

async function uploadAll(engine: Engine, tensors: GoldenTensors): Promise<DeviceTensors> {
  const upload = async ([name, tensor]: [string, HostTensor]) => [name, await engine.upload(tensor)] as const;
  return Object.fromEntries(await Promise.all(Object.entries(hostTensors(tensors)).map(upload)));
}

async function difference(actual: DeviceTensors, expected: GoldenTensors): Promise<number> {
  const differences = Object.entries(expected).map(async ([name, { data }]) => maxDifference((await actual[name]!.read()).data, data));
  return Math.max(...(await Promise.all(differences)));
}

function disposeAll(tensors: DeviceTensors): void {
  for (const tensor of Object.values(tensors)) tensor.dispose();
}
