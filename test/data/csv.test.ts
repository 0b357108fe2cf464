import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, parseRecord, readRecords } from '../../src-main/data/csv.ts';
import { fileOnDisk } from '../../src-main/data/files/sourceFile.ts';
import { PlainRow } from '../../src-main/data/importers/plainRow.ts';
import { readLines } from '../../src-main/data/lines.ts';
import { temporaryFolder } from '../store/temporaryWorkspace.ts';

async function recordsOf(content: string | Buffer): Promise<CsvRecord[]> {
  const path = join(temporaryFolder(), 'file.csv');
  writeFileSync(path, content);
  const records: CsvRecord[] = [];
  await readRecords(fileOnDisk(path), (record) => records.push(record));
  return records;
}

describe('a CSV record', () => {
  it.each([
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['a,,', ['a', '', '']],
    ['"a,b",c', ['a,b', 'c']],
    ['"say ""hi""" , x', ['say "hi"', 'x']],
    ['"",b', ['', 'b']],
    ['Cat" ish,b', ['Cat" ish', 'b']],
    ['"two\nlines",b', ['two\nlines', 'b']],
    ['" kept "', [' kept ']],
  ])('%j has the fields %j', (text, fields) => {
    expect(parseRecord(text)).toEqual({ fields });
  });

  it('says when a quote is still open, and what is wrong after one', () => {
    expect(parseRecord('a,"b')).toBe('open');
    expect(parseRecord('a,"b""')).toBe('open');
    expect(parseRecord('"a" b,c')).toEqual({ problem: 'text follows a closing quote' });
    expect(parseRecord('  ')).toBe('blank');
  });

  it('written with quotes is read as it was, whatever it holds', () => {
    const field = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), (fields) => {
        const text = fields.map((value) => `"${value.replaceAll('"', '""')}"`).join(',');
        expect(parseRecord(text)).toEqual({ fields });
      }),
    );
  });
});

describe('reading a CSV file', () => {
  it('counts lines as an editor does: byte-order mark, CRLF, blank lines and quoted line breaks', async () => {
    const content = '\ufeffa,b\r\n\r\n"x\r\ny",2\n\n3,4';
    expect(await recordsOf(content)).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 3, fields: ['x\ny', '2'] },
      { line: 6, fields: ['3', '4'] },
    ]);
  });

  it('loses only the line whose quote is never closed', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `${index},x`);
    const records = await recordsOf(['a,b', '"open,1', ...rows].join('\n'));
    expect(records[1]).toEqual({ line: 2, problem: 'a quote is opened and never closed' });
    expect(records.slice(2)).toEqual(rows.map((_, index) => ({ line: index + 3, fields: [String(index), 'x'] })));
  });

  it('finds a quote that is open at the end of the file', async () => {
    expect(await recordsOf('a,b\n1,"x\n2,y\n')).toEqual([
      { line: 1, fields: ['a', 'b'] },
      { line: 2, problem: 'a quote is opened and never closed' },
      { line: 3, fields: ['2', 'y'] },
    ]);
  });

  it('puts lines together that lie across the chunks in which the file is read', async () => {
    const rows = Array.from({ length: 150_000 }, (_, index) => `${index},żółć`);
    const records = await recordsOf(rows.join('\n'));
    expect(records).toHaveLength(150_000);
    expect(
      records.every((record, index) => 'fields' in record && record.fields.join(',') === rows[index] && record.line === index + 1),
    ).toBe(true);
  });

  it('knows whether the last line was finished', async () => {
    const path = join(temporaryFolder(), 'file.csv');
    const complete = async (content: string) => {
      writeFileSync(path, content);
      return readLines(fileOnDisk(path), () => {});
    };
    expect([await complete('a\nb\n'), await complete('a\nb'), await complete('')]).toEqual([true, false, true]);
  });

  it('refuses megabytes without a line break', async () => {
    await expect(recordsOf(Buffer.alloc(17 << 20, 'x'))).rejects.toThrow(
      'file.csv: expected lines of text, got more than 16 MB without a line break in line 1; check that it is a text file',
    );
  });
});

describe('the reader of plain rows', () => {
  const plain = new PlainRow();
  const read = (text: string) =>
    plain.readLine(Buffer.from(text), 0) === text.length ? [plain.user, plain.movie, plain.rating, plain.timestamp] : null;

  it('reads numbers exactly as Number does', () => {
    const id = fc.integer({ min: 0, max: 2 ** 31 });
    const rating = fc
      .tuple(fc.integer({ min: 0, max: 9 }), fc.stringMatching(/^(\.[0-9]{1,6})?$/))
      .map(([whole, rest]) => `${whole}${rest}`);
    fc.assert(
      fc.property(id, id, rating, id, (user, movie, stars, timestamp) => {
        expect(read(`${user},${movie},${stars},${timestamp}`)).toEqual([user, movie, Number(stars), timestamp]);
      }),
    );
  });

  it.each([
    '',
    '1,2,3',
    '1,2,3,4,5',
    '1,2,3,4 ',
    ' 1,2,3,4',
    '1,2,.5,4',
    '1,2,3.,4',
    '1,2,3,-4',
    'a,2,3,4',
    '1,2,3,4x',
    '1,,3,4',
    '1,2,3,1234567890123456',
  ])('leaves %j to the reader of CSV', (text) => {
    expect(read(text)).toBeNull();
  });
});
