import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { HostTensor, HostTensors } from '../../src-main/engine/engine.ts';

/** A tensor as the golden files hold it. */
export interface GoldenTensor {
  dtype: 'float32' | 'int32';
  shape: number[];
  data: number[];
}

// biome-ignore lint/suspicious/noExplicitAny: each golden file has a layout of its own, described in test/golden/README.md
export function readGolden(name: string): any {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8'));
}

export function hostTensor({ dtype, shape, data }: GoldenTensor): HostTensor {
  return { dtype, shape, data: dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data) };
}

export function hostTensors(tensors: Record<string, GoldenTensor>): HostTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, hostTensor(tensor)]));
}

/** Largest |a - b| / max(1, |b|). */
export function maxDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (!(difference <= worst)) worst = difference;
  }
  return worst;
}

export function expectClose(actual: HostTensor, expected: GoldenTensor | HostTensor, tolerance: number, name: string): void {
  expect(actual.shape, `${name}: shape`).toEqual([...expected.shape]);
  expect(maxDifference(actual.data, expected.data), name).toBeLessThan(tolerance);
}
