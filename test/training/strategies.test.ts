import { describe, expect, it } from 'vitest';
import { decayedParameters, trainableParameters } from '../../src-main/training/strategies.ts';

const spec = { shape: [2], init: 'zeros', decay: true } as const;
const specs = {
  'encoder.a': { ...spec, component: 'encoder' },
  'lm.a': { ...spec, component: 'languageModel', decay: false },
  'lm.a.lora.b': { ...spec, component: 'lora' },
  'integration.projection.a': { ...spec, component: 'projection' },
  'integration.layers.0.a': { ...spec, component: 'crossAttention' },
  'integration.layers.0.gate': { ...spec, component: 'gates', decay: false },
} as const;

describe('trainableParameters', () => {
  it('trains everything under full', () => {
    expect([...trainableParameters(specs, 'full')]).toEqual(Object.keys(specs));
  });

  it('freezes the language model, and nothing else, under enc', () => {
    expect([...trainableParameters(specs, 'enc')]).toEqual(Object.keys(specs).filter((name) => name !== 'lm.a'));
  });
});

describe('the parameters that stay as they are', () => {
  it.each([
    ['lora', ['lm.a']],
    ['proj', ['encoder.a', 'lm.a']],
  ] as const)('under %s', (strategy, frozen) => {
    const trained = trainableParameters(specs, strategy);
    expect(Object.keys(specs).filter((name) => !trained.has(name))).toEqual(frozen);
  });
});

describe('decayedParameters', () => {
  it('follows the specifications', () => {
    expect([...decayedParameters(specs)]).toEqual(['encoder.a', 'lm.a.lora.b', 'integration.projection.a', 'integration.layers.0.a']);
  });
});
