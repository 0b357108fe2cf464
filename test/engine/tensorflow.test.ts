import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linkTensorflow } from '../../src-main/engine/tensorflow/link.ts';
import { loadTensorflow, tensorflowStatus } from '../../src-main/engine/tensorflow/load.ts';
import { findTfjsNodePackage } from '../../src-main/engine/tensorflow/tfjsNodePackage.ts';
import { AppError } from '../../src-shared/errors.ts';

const ABSENT = ['@tensorflow/tfjs-node-absent', '@tensorflow/tfjs-absent'];
const HOW_TO_LINK = 'link a pip-installed TensorFlow with: userllm doctor --link-tensorflow <its folder>';
const cacheHome = process.env.XDG_CACHE_HOME;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'userllm-tensorflow-'));
  process.env.XDG_CACHE_HOME = folder;
});
afterEach(() => {
  if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cacheHome;
  rmSync(folder, { recursive: true });
});

function writeRecord(text: string): void {
  mkdirSync(join(folder, 'userllm', 'tensorflow'), { recursive: true });
  writeFileSync(join(folder, 'userllm', 'tensorflow', 'link.json'), text);
}

async function refusalOf(action: () => unknown): Promise<AppError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('expected a refusal, got none');
}

describe('loading TensorFlow', () => {
  it('is refused with the reason when the optional package is absent', async () => {
    const reason = `engine tensorflow: expected one of ${ABSENT.join(', ')}, got none; do: npm install --include=optional`;
    const refusal = await refusalOf(() => loadTensorflow(ABSENT));
    expect(refusal.code).toBe('engine-unavailable');
    expect(refusal.message).toBe(reason);
    expect(tensorflowStatus(ABSENT)).toEqual({ engine: 'tensorflow', provider: 'cpu', available: false, device: null, reason });
  });

  // What is true of the installed package depends on whether its install step could run; every outcome has its own exact answer.
  it('of the installed package succeeds, or says that libtensorflow is missing and how to link one', () => {
    const found = findTfjsNodePackage();
    const { available, device, reason } = tensorflowStatus();
    if (available) {
      expect(device).toMatch(/^(CPU|GPU) \(TensorFlow \d+\.\d+/);
      return;
    }
    if (found === null) expect(reason).toContain('got none; do: npm install --include=optional');
    else expect(reason).toContain(HOW_TO_LINK);
  });

  it('is refused when the TensorFlow that was linked is gone', async () => {
    const found = findTfjsNodePackage();
    const gone = { binding: join(folder, 'a.node'), tensorflowFolder: join(folder, 'gone'), tensorflowVersion: '2.21.0' };
    writeRecord(JSON.stringify({ ...gone, packageName: found?.name ?? '', packageVersion: found?.version ?? '' }));
    const { available, reason } = tensorflowStatus();
    if (found !== null && !available)
      expect(reason).toBe(`engine tensorflow: the linked TensorFlow in ${folder}/gone is gone; ${HOW_TO_LINK}`);
    else expect(found === null || available).toBe(true);
  });

  it('is refused when the record of the link is damaged', () => {
    writeRecord('{');
    const { available, reason } = tensorflowStatus();
    if (!available && findTfjsNodePackage() !== null) expect(reason).toContain('link.json is not a link record');
    else expect(reason ?? '').not.toContain('link.json');
  });
});

describe('linking TensorFlow', () => {
  it('is refused for a folder without TensorFlow, with the command that finds it', async () => {
    const refusal = await refusalOf(() => linkTensorflow(folder));
    expect(refusal.code).toBe('file-not-found');
    expect(refusal.message).toBe(
      `linkTensorflow: expected the folder of a pip-installed tensorflow (with include/tensorflow/c/c_api.h), got ${folder}; ` +
        'find it with: python3 -c "import os, tensorflow; print(os.path.dirname(tensorflow.__file__))"',
    );
  });

  it('is refused for a TensorFlow without its libraries', async () => {
    const headers = join(folder, 'lib', 'python3.11', 'site-packages', 'tensorflow', 'include', 'tensorflow', 'c');
    mkdirSync(headers, { recursive: true });
    writeFileSync(join(headers, 'c_api.h'), '');
    const refusal = await refusalOf(() => linkTensorflow(folder));
    expect(refusal.message).toContain(`expected libtensorflow_cc in ${folder}/lib/python3.11/site-packages/tensorflow, got none`);
  });
});
