import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { importDataset, previewImport } from '../../src-main/data/import.ts';
import { temporaryFolder, temporaryWorkspace } from '../store/temporaryWorkspace.ts';

function folderWith(files: Record<string, string | Buffer>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

async function importPath(path: string) {
  const workspace = temporaryWorkspace();
  const summary = await importDataset(workspace, { path, name: 'reviews' });
  return { summary, workspace, reader: workspace.datasets.open('reviews') };
}

const jsonLines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

const REVIEW_2014 = {
  reviewerID: 'U1',
  asin: 'B2',
  helpful: [0, 0],
  reviewText: 'It&#39;s good',
  overall: 5.0,
  summary: '',
  unixReviewTime: 1393545600,
};
const REVIEW_2018 = {
  overall: 4,
  verified: true,
  vote: '1,2',
  reviewerID: 'U1',
  asin: 'B1',
  reviewText: 'x',
  summary: 'Fine',
  unixReviewTime: 1529193600,
};
const REVIEW_2023 = { rating: 3, title: 'So so', text: 'long', asin: 'V1', parent_asin: 'P1', user_id: 'AE2', timestamp: 1588687728923 };
const PLACE_REVIEW = {
  user_id: '101463350189962023774',
  name: 'n',
  time: 1610000000123,
  rating: 5,
  text: null,
  pics: null,
  resp: null,
  gmap_id: '0x1:0x2',
};

describe('Amazon reviews', () => {
  it('of 2014, with metadata as Python dict literals', async () => {
    const meta = `{'asin': 'B2', 'title': "The \\'Pick\\' \\u2013 \\xe9", 'categories': [['Music', 'Guitar'], ['Other']], 'price': None, 'related': {'also': ['x']}}\n{'asin': 'B3', 'categories': [['Music', "Drum's"]]}\n`;
    const reviews = jsonLines(REVIEW_2014, { ...REVIEW_2014, asin: 'B9', unixReviewTime: 1393459200, summary: 'first' });
    const { summary, reader } = await importPath(folderWith({ 'reviews_X.json.gz': gzipSync(reviews), 'meta_X.json.gz': gzipSync(meta) }));
    expect(summary).toMatchObject({
      format: 'amazon-2014',
      users: 1,
      items: 3,
      events: 2,
      rejected: 0,
      textFeatures: ['summary', 'review'],
    });
    expect(reader.titles).toEqual(["The 'Pick' – é", 'B3', 'B9']);
    expect(reader.genres).toEqual(['Guitar', "Drum's", 'Unknown']);
    expect(reader.timeline(0).itemIds).toEqual(Int32Array.of(2, 0));
    expect(reader.texts(0, 'summary')).toEqual(['first', '']);
    expect(reader.texts(0, 'review')).toEqual(["It's good", "It's good"]);
  });

  it('of 2018: page fragments in titles and categories, an empty category, a product described twice', async () => {
    const meta = jsonLines(
      { asin: 'B1', title: '<span class="x">Card &amp; Box</span>', category: ['Gift', 'Gift', '</span></span>', 'Cards'], main_cat: 'Z' },
      { asin: 'B4', title: '<script>var x = 1;</script>', category: [], main_cat: '<img src="a" alt="Fashion" />' },
      { asin: 'B1', title: 'again', category: [] },
    );
    const { summary, reader } = await importPath(
      folderWith({ 'G_5.json': jsonLines(REVIEW_2018, REVIEW_2018, { ...REVIEW_2018, asin: 'B4' }), 'meta_G.json': meta }),
    );
    expect(summary).toMatchObject({ format: 'amazon-2018', items: 2, events: 3 });
    expect(summary.rejections).toEqual([{ file: 'meta_G.json', line: 3, reason: 'B1 is already in line 1' }]);
    expect(reader.titles).toEqual(['Card & Box', 'B4']);
    expect(reader.genres).toEqual(['Cards', 'Fashion']);
  });

  it('of 2023, by parent product and in milliseconds', async () => {
    const meta = jsonLines({ parent_asin: 'P1', title: 'Lamp', main_category: 'Home', categories: [] });
    const { summary, reader } = await importPath(folderWith({ 'All.jsonl': jsonLines(REVIEW_2023), 'meta_All.jsonl': meta }));
    expect(summary).toMatchObject({ format: 'amazon-2023', items: 1, events: 1 });
    expect(reader.timeline(0).timestampsMs).toEqual(Float64Array.of(1588687728923));
    expect([reader.titles, reader.genres, reader.texts(0, 'summary')]).toEqual([['Lamp'], ['Home'], ['So so']]);
  });

  it('reports every row that cannot be used', async () => {
    const rows = `${jsonLines(
      REVIEW_2018,
      { ...REVIEW_2018, reviewerID: '' },
      { ...REVIEW_2018, asin: undefined },
      { ...REVIEW_2018, unixReviewTime: 'soon' },
      { ...REVIEW_2018, overall: 11 },
      ['list'],
    )}oops\n`;
    const { summary } = await importPath(folderWith({ 'r.json': rows }));
    expect(summary.events + summary.rejected).toBe(7);
    expect(summary.rejections.map(({ line, reason }) => `${line}: ${reason}`)).toEqual([
      '2: reviewerID is missing',
      '3: asin is missing',
      '4: unixReviewTime "soon" is not a number',
      '5: overall 11 is out of range (0.5 to 5)',
      '6: expected a JSON object, got a list',
      '7: expected a JSON object, got "oops"',
    ]);
  });

  it('of several products asks for one', async () => {
    const folder = folderWith({ 'A.json': jsonLines(REVIEW_2018), 'B.json': jsonLines(REVIEW_2018) });
    await expect(importPath(folder)).rejects.toMatchObject({
      message: expect.stringContaining('expected one file of reviews, got A.json, B.json; choose one of them'),
    });
    expect((await importPath(join(folder, 'A.json'))).summary.events).toBe(1);
  });

  it('cut off in the last line are refused', async () => {
    const folder = folderWith({ 'A.json': jsonLines(REVIEW_2018, REVIEW_2018).slice(0, -30) });
    await expect(importPath(folder)).rejects.toMatchObject({
      code: 'import-failed',
      message: expect.stringMatching(/^A.json: expected a complete last line, got ".+" in line 2; the file is cut off/),
    });
  });

  it('are shown before they are imported', async () => {
    const preview = await previewImport(folderWith({ 'A.json': jsonLines(REVIEW_2018) }));
    expect(preview).toMatchObject({ format: 'amazon-2018', mapping: null, files: [{ name: 'A.json' }] });
    expect(preview.columns).toEqual(Object.keys(REVIEW_2018));
  });
});

describe('Google Local reviews', () => {
  const place = { name: 'Inn', gmap_id: '0x1:0x2', category: ['Hotel', 'Bar'], state: null };

  it('keep user ids of 21 digits, all categories, and milliseconds; text and rating may be null', async () => {
    const places = jsonLines(place, { name: null, gmap_id: '0x3:0x4', category: null }, place);
    const reviews = jsonLines(PLACE_REVIEW, { ...PLACE_REVIEW, gmap_id: '0x3:0x4', text: 'Nice', rating: null, time: 1610000000124 });
    const { summary, workspace, reader } = await importPath(folderWith({ 'review-Vt.json.gz': gzipSync(reviews), 'meta-Vt.json': places }));
    expect(summary).toMatchObject({ format: 'google-local', users: 1, items: 2, events: 2, rejected: 0 });
    expect(summary.rejections).toEqual([{ file: 'meta-Vt.json', line: 3, reason: '0x1:0x2 is already in line 1' }]);
    expect(reader.sourceIds().users).toEqual(['101463350189962023774']);
    expect([reader.titles, reader.genres]).toEqual([
      ['Inn', '0x3:0x4'],
      ['Hotel', 'Unknown'],
    ]);
    expect(reader.texts(0, 'review')).toEqual(['', 'Nice']);
    expect(workspace.datasets.timeline('reviews', 0).map(({ rating }) => rating)).toEqual(['5.0', 'Unknown']);
    expect(JSON.parse(workspace.database.prepare('SELECT genres FROM items WHERE itemId = 0').pluck().get() as string)).toEqual([
      'Hotel',
      'Bar',
    ]);
  });

  it('refuse ids that lost digits as numbers', async () => {
    const text = jsonLines(PLACE_REVIEW) + JSON.stringify(PLACE_REVIEW).replace('"101463350189962023774"', '101463350189962023774');
    const { summary } = await importPath(folderWith({ 'r.json': `${text}\n` }));
    expect(summary.rejections[0]!.reason).toBe('user_id is a number of too many digits to be exact; write it as a text');
  });

  it('are asked for where only places are there', async () => {
    await expect(importPath(folderWith({ 'meta-Vt.json': jsonLines(place) }))).rejects.toMatchObject({
      code: 'file-not-found',
      message: expect.stringContaining('expected a file of reviews beside meta-Vt.json (places), but there is none'),
    });
  });
});

const shared = fileURLToPath(new URL('../../../shared/data', import.meta.url));
const isThere = existsSync(join(shared, 'amazon-gift-cards-2018'));
if (!isThere) console.info(`notice: no real reviews at ${shared}; the tests on them do not run`);

describe.runIf(isThere)('real files', () => {
  it('of Amazon are imported whole', async () => {
    const instruments = await importPath(join(shared, 'amazon-musical-instruments-2014'));
    expect(instruments.summary).toMatchObject({ format: 'amazon-2014', users: 1429, items: 900, events: 10_261, rejected: 0 });
    const cards = await importPath(join(shared, 'amazon-gift-cards-2018'));
    expect(cards.summary).toMatchObject({ format: 'amazon-2018', events: 2972, rejected: 0 });
    expect(cards.reader.titles.some((title) => title.includes('<span'))).toBe(false);
  });

  it('of Vermont: all places but the 48 that are there twice', async () => {
    const meta = readFileSync(join(shared, 'google-local-vermont-2021', 'meta-Vermont.json.gz'));
    const places = gunzipSync(meta)
      .toString('utf8')
      .trim()
      .split('\n')
      .slice(0, 500)
      .map((line) => JSON.parse(line) as { gmap_id: string });
    const reviews = places.map(({ gmap_id }, index) => ({
      ...PLACE_REVIEW,
      user_id: `10000000000000000000${index % 7}`,
      gmap_id,
      time: 1.6e12 + index,
    }));
    const { summary, reader } = await importPath(
      folderWith({ 'meta-Vermont.json.gz': meta, 'review-Vermont.json': jsonLines(...reviews) }),
    );
    expect(summary).toMatchObject({ users: 7, items: 11_291 - 48, events: 500, rejected: 0 });
    expect(summary.rejections).toHaveLength(48);
    expect(reader.vocabulary('title')).toHaveLength(11_291 - 48 + 2);
  });
});
