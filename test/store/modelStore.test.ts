import BetterSqlite3 from 'better-sqlite3';
import { expect, it } from 'vitest';
import { chatTemplates } from '../../src-main/store/migrations/0008-chat-templates.ts';
import { migrations } from '../../src-main/store/migrations/index.ts';
import { ModelStore } from '../../src-main/store/modelStore.ts';
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

it('models that were added before chat templates were known are kept', () => {
  const database = new BetterSqlite3(':memory:');
  const before = migrations.indexOf(chatTemplates);
  for (const migration of migrations.slice(0, before)) database.exec(migration);
  database.exec("INSERT INTO models VALUES ('tiny', '/models/tiny', 'Llama', 1000, '[\"F32\"]', 64, 300, NULL, 2000, 'ab', 5)");
  database.exec(chatTemplates);
  expect(new ModelStore(database).list()).toEqual([{ ...TINY, types: ['F32'], hasChatTemplate: false }]);
  database.close();
});
