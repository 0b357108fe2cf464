import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, HostTensors, Tensors } from '../../src-main/engine/engine.ts';
import { createTensorflowEngine } from '../../src-main/engine/tensorflow/engine.ts';
import { linkTensorflow } from '../../src-main/engine/tensorflow/link.ts';
import type { LinkRecord } from '../../src-main/engine/tensorflow/linkRecord.ts';
import { findTfjsNodePackage } from '../../src-main/engine/tensorflow/tfjsNodePackage.ts';
import { type PersonalisedShape, textLoss } from '../../src-main/model/personalised.ts';
import { nextEventLoss } from '../../src-main/model/userEncoder/autoregressive.ts';
import { runOnce, withGradients } from './engines.ts';
import { followGoldenAdamW } from './goldenAdamW.ts';
import { expectClose, type GoldenTensor, hostTensors, readGolden } from './goldenValues.ts';

const FIND_TENSORFLOW = `
import importlib.util
spec = importlib.util.find_spec("tensorflow")
print(spec.submodule_search_locations[0] if spec else "")`;

/** Folder of the TensorFlow that python3 would import; '' without python3 or TensorFlow. */
function findPythonTensorflow(): string {
  try {
    return execFileSync('python3', ['-c', FIND_TENSORFLOW], { encoding: 'utf8' }).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

const tensorflowFolder = findTfjsNodePackage() ? findPythonTensorflow() : '';

if (tensorflowFolder === '') {
  describe('the tensorflow engine on a linked TensorFlow', () => {
    it('cannot be tested here', () => {
      console.log(
        'NOTICE: linking is tested where python3 can import tensorflow and @tensorflow/tfjs-node-gpu is installed; here it is not.',
      );
      expect(tensorflowFolder).toBe('');
    });
  });
} else {
  describe('the tensorflow engine on a linked TensorFlow', () => {
    const cacheHome = process.env.XDG_CACHE_HOME;
    let cache: string;
    let record: LinkRecord;
    let engine: Engine;
    beforeAll(async () => {
      cache = mkdtempSync(join(tmpdir(), 'userllm-link-'));
      process.env.XDG_CACHE_HOME = cache;
      record = await linkTensorflow(tensorflowFolder);
      engine = await createTensorflowEngine();
    });
    afterAll(async () => {
      await engine?.dispose();
      if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
      else process.env.XDG_CACHE_HOME = cacheHome;
      rmSync(cache, { recursive: true });
    });

    it('names its TensorFlow', () => {
      expect(engine.device).toContain(`(TensorFlow ${record.tensorflowVersion})`);
      expect(record.binding.startsWith(cache)).toBe(true);
    });

    const encoderGolden = readGolden('user-encoder');
    const encoderLoss = (x: Tensors) => nextEventLoss(x, encoderGolden.shape, x).loss;

    it('computes the golden loss and gradients of the user encoder', async () => {
      const result = await differentiate(engine, encoderGolden, encoderLoss);
      expect(result['loss']!.data[0]).toBeCloseTo(encoderGolden.losses.total, 5);
      expectGradients(result, encoderGolden.gradients);
    });

    it('computes the golden loss and gradients of the language model with cross-attention', async () => {
      const golden = readGolden('cross-attention-lm');
      const { languageModel, encoder, integration } = golden;
      const { dModel, numLayers } = languageModel;
      const shape: PersonalisedShape = { languageModel, user: { encoder, crossAttention: { ...integration, dModel, numLayers } } };
      const result = await differentiate(engine, golden, (x) => textLoss(x, shape, x));
      expect(result['loss']!.data[0]).toBeCloseTo(golden.losses.gated, 5);
      expectGradients(result, golden.gradients);
    });

    it('follows the golden AdamW trajectory and leaves no tensor behind', async () => {
      const before = tf.memory().numTensors;
      const strayed = await followGoldenAdamW(engine);
      expect(Math.max(...Object.values(strayed))).toBeLessThan(1e-5);
      expect(tf.memory().numTensors).toBe(before);
    });

    it('leaves no tensor behind after a training step', async () => {
      const before = tf.memory().numTensors;
      await differentiate(engine, encoderGolden, encoderLoss);
      expect(tf.memory().numTensors).toBe(before);
    });
  });
}

interface Golden {
  parameters: Record<string, GoldenTensor>;
  inputs: Record<string, GoldenTensor>;
  gradients: Record<string, GoldenTensor>;
}

// The encoder's heads take no part in the text loss, and tfjs refuses to differentiate with respect to what has no part.
const hasPart = (gradient: GoldenTensor) => gradient.data.some((value) => value !== 0);

function differentiate(engine: Engine, golden: Golden, loss: (inputs: Tensors) => tf.Tensor): Promise<HostTensors> {
  const inputs = { ...hostTensors(golden.parameters), ...hostTensors(golden.inputs) };
  const names = Object.keys(golden.parameters).filter((name) => hasPart(golden.gradients[name]!));
  return runOnce(engine, withGradients(names, loss), inputs, `golden ${Object.keys(inputs).length}`);
}

function expectGradients(result: HostTensors, expected: Record<string, GoldenTensor>): void {
  for (const [name, gradient] of Object.entries(expected)) {
    if (hasPart(gradient)) expectClose(result[`gradient.${name}`]!, gradient, 1e-5, name);
  }
}
