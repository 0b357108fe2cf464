import type { LayerKind } from '../model/languageModel/llama.ts';
import type { Rope } from '../model/languageModel/rotary.ts';
import { type ConfigJson, invalid, unsupported } from './config.ts';

type RopeJson = Readonly<Record<string, unknown>>;

/**
 * The rotary embeddings of full and of sliding layers. Three ways to write them are known: `rope_theta` with `rope_scaling`; for Gemma 3
 * `rope_local_base_freq` beside them; and `rope_parameters`, for all layers or by kind of layer.
 * @throws AppError `checkpoint-invalid` naming a scaling that is not supported
 */
export function readRopes(config: ConfigJson, hasLocalBase: boolean): Record<LayerKind, Rope> {
  const theta = hasLocalBase ? 1_000_000 : 10_000;
  const parameters = config['rope_parameters'] as RopeJson | null | undefined;
  if (parameters && ('full_attention' in parameters || 'sliding_attention' in parameters)) {
    const [full, sliding] = [parameters['full_attention'], parameters['sliding_attention']] as (RopeJson | undefined)[];
    return { full: readRope(full ?? {}, theta, 'rope_parameters'), sliding: readRope(sliding ?? {}, 10_000, 'rope_parameters') };
  }
  const base = number(config, 'rope_theta', theta);
  const name = parameters ? 'rope_parameters' : 'rope_scaling';
  const full = readRope(parameters ?? (config['rope_scaling'] as RopeJson | null | undefined) ?? {}, base, name);
  if (!hasLocalBase) return { full, sliding: full };
  return { full, sliding: { theta: number(config, 'rope_local_base_freq', 10_000), scaling: null } };
}

function readRope(json: RopeJson, theta: number, name: string): Rope {
  const type = json['rope_type'] ?? json['type'] ?? 'default';
  const own = number(json, 'rope_theta', theta);
  if (json['partial_rotary_factor'] != null && json['partial_rotary_factor'] !== 1) {
    throw unsupported('partial_rotary_factor', json['partial_rotary_factor']);
  }
  if (type === 'default') return { theta: own, scaling: null };
  if (type === 'linear') return { theta: own, scaling: { type, factor: number(json, 'factor') } };
  if (type !== 'llama3')
    throw invalid(`${name} type ${JSON.stringify(type)} is not supported; the supported ones are default, linear, llama3`);
  const scaling = {
    type,
    factor: number(json, 'factor'),
    lowFrequencyFactor: number(json, 'low_freq_factor'),
    highFrequencyFactor: number(json, 'high_freq_factor'),
    originalMaxPositions: number(json, 'original_max_position_embeddings'),
  } as const;
  return { theta: own, scaling };
}

function number(json: RopeJson, name: string, byDefault?: number): number {
  const value = json[name] ?? byDefault;
  if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
  throw invalid(`${name}: expected a positive number, got ${JSON.stringify(value) ?? 'nothing'}`);
}
