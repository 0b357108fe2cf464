import { describe, expect, it } from 'vitest';
import { ghostText, ghostTooltip, leftOut } from '../../../src-renderer/widgets/monaco/usualValues.ts';
import { experimentJsonSchema } from '../../../src-shared/experiment.ts';

const schema = {
  properties: {
    name: { default: 'experiment' },
    seed: { default: 1, description: 'Equal seeds give equal results.' },
    history: { default: {}, properties: { embedded: { default: 50 }, from: { default: null }, prompted: { default: 0 } } },
    model: { anyOf: [{ type: 'string' }, { properties: { dModel: { default: 64 }, layers: { default: ['a'] } } }] },
  },
};

const ghosts = (text: string) => leftOut(text, schema).map((one) => [text.slice(0, one.offset), ghostText(one)]);

describe('the usual values of what a text leaves out', () => {
  it('stand where they would be written: after the last property, or in the empty object', () => {
    expect(ghosts('{"history": {"embedded": 20}}')).toEqual([
      ['{"history": {"embedded": 20', ', "prompted": 0, "from": null'],
      ['{"history": {"embedded": 20}', ', "seed": 1'],
    ]);
    expect(ghosts('{"seed": 2, "history": {}}')).toEqual([['{"seed": 2, "history": {', ' "embedded": 50, "prompted": 0, …']]);
  });

  it('are those of the alternative that is an object', () => {
    expect(ghosts('{"seed": 2, "model": {"layers": []}}')).toEqual([['{"seed": 2, "model": {"layers": []', ', "dModel": 64']]);
    expect(ghosts('{"seed": 2, "model": "other"}')).toEqual([]);
  });

  it('survive comments, a comma too many, and a text that is being written', () => {
    expect(ghosts('{ // first\n "history": { "embedded": 20, },\n "seed": 1, }')).toHaveLength(1);
    expect(ghosts('')).toEqual([]);
    expect(() => ghosts('{"history": {"embed')).not.toThrow();
  });

  it('are cut after a few, and all in the hover with what they mean', () => {
    const [all] = leftOut('{}', { properties: Object.fromEntries('abcdefghij'.split('').map((key) => [`${key}Value`, { default: 1 }])) });
    expect(ghostText(all!)).toBe(' "aValue": 1, "bValue": 1, "cValue": 1, …');
    expect(ghostTooltip(leftOut('{}', schema)[0]!)).toContain('- `seed`: `1` Equal seeds give equal results.');
  });

  it('are those of the schema of experiment files', () => {
    const text = '{"dataset": "films", "training": {"steps": 5}}';
    const found = leftOut(text, experimentJsonSchema());
    expect(found.map((one) => one.values.map(({ key }) => key))).toEqual([
      expect.arrayContaining(['batchSize', 'accumulation', 'learningRate', 'labelsPerHistory']),
      ['task', 'strategy', 'seed'],
    ]);
  });
});
