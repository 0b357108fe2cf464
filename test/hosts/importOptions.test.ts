import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseImportChoices } from '../../src-main/hosts/cli/importOptions.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

describe('the options of "userllm import"', () => {
  it('leave format and mapping to the content when they are not given', () => {
    expect(parseImportChoices({})).toEqual({ format: null, mapping: null });
  });

  it('take a mapping as pairs, and then read a table', () => {
    const { format, mapping } = parseImportChoices({ map: 'user=uid,item=sku, time=when,timeFormat=iso,features=device+country' });
    expect(format).toBe('table');
    expect(mapping).toMatchObject({
      user: 'uid',
      item: 'sku',
      time: 'when',
      timeFormat: 'iso',
      features: ['device', 'country'],
      texts: [],
      rating: null,
    });
  });

  it('take a mapping as a JSON file with comments', () => {
    const path = join(temporaryFolder(), 'mapping.json');
    writeFileSync(path, '{ "user": "uid", // who\n "item": "sku" }');
    expect(parseImportChoices({ map: path, format: 'table' }).mapping).toMatchObject({ user: 'uid', item: 'sku' });
  });

  it.each([
    [{ format: 'csv' }, /^import: expected --format movielens-csv, .+ got "csv"$/],
    [{ map: 'user' }, /^import: expected --map <file> or pairs like user=<column>,item=<column>, got "user"$/],
    [{ map: 'user=a' }, /^import: --map "item": .+; see "userllm import --help"$/],
    [{ map: 'user=a,item=b,when=c' }, /^import: --map .*when.*; see "userllm import --help"$/],
  ])('refuse %j', (choices, message) => {
    expect(() => parseImportChoices(choices)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }));
  });
});
