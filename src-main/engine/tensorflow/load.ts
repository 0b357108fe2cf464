import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { EngineStatus } from '../../../src-shared/contract.ts';
import { AppError } from '../../../src-shared/errors.ts';
import { readLinkRecord } from './linkRecord.ts';
import { findTfjsNodePackage, requireFrom, TFJS_NODE_PACKAGES, type TfjsNodePackage } from './tfjsNodePackage.ts';

const BACKEND = 'tensorflow';
const FINDER = '@mapbox/node-pre-gyp';
const HOW_TO_LINK = 'link a pip-installed TensorFlow with: userllm doctor --link-tensorflow <its folder>';

export interface LoadedTensorflow {
  /** Name of the tfjs backend, now registered and initialised. */
  readonly backend: string;
  readonly provider: 'cpu' | 'cuda';
  readonly device: string;
  readonly tensorflowVersion: string;
}

/** What `loadTensorflow` answers, as a line of the doctor's report. Loads the library into this process. */
export function tensorflowStatus(packages: readonly string[] = TFJS_NODE_PACKAGES): EngineStatus {
  try {
    const { provider, device } = loadTensorflow(packages);
    return { engine: 'tensorflow', provider, available: true, device, reason: null };
  } catch (error) {
    return { engine: 'tensorflow', provider: 'cpu', available: false, device: null, reason: (error as Error).message };
  }
}

/**
 * Registers the tfjs backend `tensorflow`: the optional package @tensorflow/tfjs-node-gpu (or tfjs-node) on the binding that
 * `linkTensorflow` made, else on the package's own. The current tfjs backend stays what it was.
 * @param packages names of the packages to try, in this order.
 * @throws AppError `engine-unavailable` with the reason and the way out.
 */
export function loadTensorflow(packages: readonly string[] = TFJS_NODE_PACKAGES): LoadedTensorflow {
  const found = findTfjsNodePackage(packages);
  if (found === null) throw unavailable(`expected one of ${packages.join(', ')}, got none; do: npm install --include=optional`);
  try {
    if (tf.findBackend(BACKEND) === null) registerBackend(found, findBinding(found));
    return describe();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unavailable(`${found.name} does not load (${(error as Error).message}); ${HOW_TO_LINK}`, error);
  }
}

interface NodePreGyp {
  find(packageJson: string): string;
}

function nodePreGyp(found: TfjsNodePackage): NodePreGyp {
  return requireFrom(found)(FINDER) as NodePreGyp;
}

function findBinding(found: TfjsNodePackage): string {
  const record = readLinkRecord();
  if (record === null) return ownBinding(found);
  if (!existsSync(record.binding) || !existsSync(record.tensorflowFolder)) {
    throw unavailable(`the linked TensorFlow in ${record.tensorflowFolder} is gone; ${HOW_TO_LINK}`);
  }
  if (record.packageName !== found.name || record.packageVersion !== found.version) {
    const linked = `${record.packageName} ${record.packageVersion}`;
    throw unavailable(`TensorFlow was linked for ${linked}, but ${found.name} ${found.version} is installed; ${HOW_TO_LINK}`);
  }
  return record.binding;
}

function ownBinding(found: TfjsNodePackage): string {
  const binding = nodePreGyp(found).find(join(found.folder, 'package.json'));
  if (existsSync(binding)) return binding;
  throw unavailable(`${found.name} is installed without libtensorflow, which its install step would have downloaded; ${HOW_TO_LINK}`);
}

/** Loads the package. It asks node-pre-gyp for its binding while it loads, so for that moment node-pre-gyp answers with ours. */
function registerBackend(found: TfjsNodePackage, binding: string): void {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  restoreUtilFunctions();
  nodePreGyp(found);
  const finder = requireFrom(found);
  const module = finder.cache[finder.resolve(FINDER)];
  if (module === undefined) throw new Error(`${FINDER} is not a CommonJS module any more`);
  const exports = module.exports;
  const previous: string | undefined = tf.getBackend();
  module.exports = { ...exports, find: () => binding };
  try {
    finder(found.folder);
  } finally {
    module.exports = exports;
    if (previous) void tf.setBackend(previous);
  }
  if (tf.findBackend(BACKEND) === null) throw new Error('it registered its backend with another copy of @tensorflow/tfjs-core');
}

/** The package calls two functions of node:util: Node 23 removed the first, and the second prints a deprecation warning or is gone. */
function restoreUtilFunctions(): void {
  const util = createRequire(import.meta.url)('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}

function describe(): LoadedTensorflow {
  const { binding, isUsingGpuDevice } = tf.findBackend(BACKEND) as tf.KernelBackend & {
    binding: { TF_Version: string };
    isUsingGpuDevice: boolean;
  };
  const device = `${isUsingGpuDevice ? 'GPU' : 'CPU'} (TensorFlow ${binding.TF_Version})`;
  return { backend: BACKEND, provider: isUsingGpuDevice ? 'cuda' : 'cpu', device, tensorflowVersion: binding.TF_Version };
}

function unavailable(reason: string, cause?: unknown): AppError {
  return new AppError('engine-unavailable', `engine tensorflow: ${reason}`, undefined, { cause });
}
