import { unreachable } from '../../src-shared/errors.ts';
import type { Experiment } from '../../src-shared/experiment.ts';
import type { ParameterSpec, ParameterSpecs } from '../model/parameters.ts';

export type Strategy = Experiment['strategy'];

function trains(component: ParameterSpec['component'], strategy: Strategy): boolean {
  switch (strategy) {
    case 'full':
      return true;
    case 'lora':
    case 'enc':
      return component !== 'languageModel';
    case 'proj':
      return component !== 'languageModel' && component !== 'encoder';
    default:
      return unreachable(strategy);
  }
}

/**
 * Names of the parameters that a strategy trains (User-LLM section 3.3).
 * - `full`: every parameter.
 * - `lora`: all but the language model's own parameters; its low-rank adapters exist under this strategy alone.
 * - `enc`: all but the language model.
 * - `proj`: all but the language model and the encoder.
 * Projection, Perceiver, cross-attention, gates and soft prompt are new, so they train under every strategy.
 */
export function trainableParameters(specs: ParameterSpecs, strategy: Strategy): Set<string> {
  return new Set(Object.keys(specs).filter((name) => trains(specs[name]!.component, strategy)));
}

/** Names of the parameters that weight decay applies to. */
export function decayedParameters(specs: ParameterSpecs): Set<string> {
  return new Set(Object.keys(specs).filter((name) => specs[name]!.decay));
}
