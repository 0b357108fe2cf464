import { expect, it } from 'vitest';
import type { ModelSummary } from '../../src-shared/model.ts';
import { modelSummarySchema } from '../../src-shared/model.ts';
import { errorOf, temporaryWorkspace } from './temporaryWorkspace.ts';

const TINY: ModelSummary = {
  name: 'tiny',
  path: '/models/tiny',
  architecture: 'Llama',
  parameters: 1000,
  types: ['BF16', 'F32'],
  maxPositions: 64,
  vocabularySize: 300,
  hasChatTemplate: true,
  licenseFile: null,
  sizeBytes: 2000,
  fingerprint: 'ab',
  addedAtMs: 5,
};

it('language models are kept by name, until they are removed', () => {
  const { models } = temporaryWorkspace();
  models.add(TINY);
  models.add({ ...TINY, name: 'another', licenseFile: 'LICENSE' });
  expect(models.list().map(({ name }) => name)).toEqual(['another', 'tiny']);
  expect(modelSummarySchema.parse(models.get('tiny'))).toEqual(TINY);
  models.remove('tiny');
  expect(models.list().map(({ name }) => name)).toEqual(['another']);
});

it('a name that is taken is refused, an unknown one is answered with the nearest', () => {
  const { models } = temporaryWorkspace();
  expect(errorOf(() => models.get('tiny')).message).toMatch(/; add its folder with "userllm models add"$/);
  models.add(TINY);
  expect(errorOf(() => models.add(TINY))).toMatchObject({ code: 'model-exists' });
  expect(errorOf(() => models.remove('tinny'))).toEqual({
    code: 'model-not-found',
    message: 'model "tinny": there is no such language model; did you mean "tiny"?',
  });
});
