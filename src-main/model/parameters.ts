import type { ParameterCounts } from '../../src-shared/run.ts';
import { type HostTensors, sizeOf, type TensorSpec } from '../engine/engine.ts';

export type Component = 'encoder' | 'languageModel' | 'lora' | 'projection' | 'perceiver' | 'crossAttention' | 'softPrompt' | 'gates';

/** Shape, initialisation, owner and weight decay of one trainable tensor. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** `std`: normal around 0; `uniform`: between minus and plus this. */
  readonly init: 'zeros' | 'ones' | { readonly std: number } | { readonly constant: number } | { readonly uniform: number };
  readonly component: Component;
  /** False for norms, biases, gates and embeddings: decoupled weight decay leaves them alone. */
  readonly decay: boolean;
}

export type ParameterSpecs = Record<string, ParameterSpec>;

export function tensorSpecs(specs: ParameterSpecs): Record<string, TensorSpec> {
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, { shape: spec.shape, dtype: 'float32' as const }]));
}

/**
 * Fresh parameters. Every tensor has its own generator, seeded by (seed, name), so that adding a parameter changes no other one.
 */
export function initializeParameters(specs: ParameterSpecs, seed: number): HostTensors {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const data = new Float32Array(sizeOf(spec.shape));
      if (spec.init === 'ones') data.fill(1);
      else if (spec.init !== 'zeros' && 'constant' in spec.init) data.fill(spec.init.constant);
      else if (spec.init !== 'zeros' && 'uniform' in spec.init) fillUniform(data, spec.init.uniform, seedOf(seed, name));
      else if (spec.init !== 'zeros') fillNormal(data, spec.init.std, seedOf(seed, name));
      return [name, { data, shape: spec.shape, dtype: 'float32' as const }];
    }),
  );
}

/** Totals per component; `trainable` names the parameters that the strategy trains. */
export function countParameters(specs: ParameterSpecs, trainable: ReadonlySet<string>): ParameterCounts {
  const counts: ParameterCounts = { total: 0, trainable: 0, byComponent: {} };
  for (const [name, spec] of Object.entries(specs)) {
    const size = sizeOf(spec.shape);
    counts.byComponent[spec.component] ??= { total: 0, trainable: 0 };
    const component = counts.byComponent[spec.component]!;
    component.total += size;
    counts.total += size;
    if (!trainable.has(name)) continue;
    component.trainable += size;
    counts.trainable += size;
  }
  return counts;
}

/** Uniform pseudo-random numbers in [0, 1) from a 32-bit seed (mulberry32, T. Ettinger): the same on every platform. */
export function seededUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A 32-bit seed from a number and a text (FNV-1a). */
export function seedOf(seed: number, text: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}

function fillUniform(data: Float32Array, bound: number, seed: number): void {
  const uniform = seededUniform(seed);
  for (let i = 0; i < data.length; i++) data[i] = bound * (2 * uniform() - 1);
}

/** Normal numbers by the Box-Muller transform. */
function fillNormal(data: Float32Array, std: number, seed: number): void {
  const uniform = seededUniform(seed);
  for (let i = 0; i < data.length; i += 2) {
    const radius = std * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    data[i] = radius * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = radius * Math.sin(angle);
  }
}
