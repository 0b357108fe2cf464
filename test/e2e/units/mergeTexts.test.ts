import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepMine, startFrom, takeIn, takeTheirs } from '../../../src-renderer/contrib/experiments/workingCopy.ts';
import { mergeTexts } from '../../../src-renderer/widgets/monaco/mergeTexts.ts';

const base = ['{', '  "name": "a",', '  "dataset": "films",', '  "task": "next-item",', '  "seed": 1', '}', ''].join('\n');
const withName = base.replace('"a"', '"mine"');
const withSeed = base.replace('"seed": 1', '"seed": 7');

describe('the merge of two changes of a text', () => {
  it('holds both where they touch different lines', () => {
    expect(mergeTexts(base, withName, withSeed)).toBe(withName.replace('"seed": 1', '"seed": 7'));
    const longer = `// written elsewhere\n${base}// and here\n`;
    expect(mergeTexts(base, withSeed.replace('  "dataset": "films",\n', ''), longer)).toBe(
      longer.replace('"seed": 1', '"seed": 7').replace('  "dataset": "films",\n', ''),
    );
  });

  it('is left to the person where they touch the same line, or neighbouring ones', () => {
    expect(mergeTexts(base, withName, base.replace('"a"', '"theirs"'))).toBeNull();
    expect(mergeTexts(base, withName, base.replace('"films"', '"books"'))).toBeNull();
    expect(mergeTexts(base, base.replace('{\n', '{\n// mine\n'), base.replace('{\n', '{\n// theirs\n'))).toBeNull();
  });

  it('takes what both have changed alike once', () => {
    expect(mergeTexts(base, withName, withName)).toBe(withName);
    expect(mergeTexts(base, withName, withName.replace('"seed": 1', '"seed": 7'))).toBe(withName.replace('"seed": 1', '"seed": 7'));
  });

  it('is the other text where one side has changed nothing, whatever the texts are', () => {
    const text = fc.array(fc.constantFrom('a', 'b', '', '  c')).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(mergeTexts(one, one, other)).toBe(other);
        expect(mergeTexts(one, other, one)).toBe(other);
        expect(mergeTexts(one, other, other)).toBe(other);
      }),
    );
  });

  it('does not depend on which side is whose', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c')).map((lines) => lines.join('\n'));
    fc.assert(fc.property(text, text, text, (one, mine, theirs) => mergeTexts(one, mine, theirs) === mergeTexts(one, theirs, mine)));
  });
});

describe('the working copy of a file', () => {
  it('follows the disk while nothing is unsaved, and merges what is', () => {
    expect(takeIn(startFrom(base), withSeed)).toEqual(startFrom(withSeed));
    expect(takeIn(startFrom(base, withName), base)).toEqual(startFrom(base, withName));
    expect(takeIn(startFrom(base, withName), withSeed)).toEqual(startFrom(withSeed, mergeTexts(base, withName, withSeed)!));
  });

  it('keeps both texts where a choice is due, and is rid of the conflict by either choice or by the disk', () => {
    const theirs = base.replace('"a"', '"theirs"');
    const copy = takeIn(startFrom(base, withName), theirs);
    expect(copy).toEqual({ base, text: withName, conflict: theirs });
    expect(keepMine(copy)).toEqual(startFrom(theirs, withName));
    expect(takeTheirs(copy)).toEqual(startFrom(theirs));
    expect(takeIn(copy, base)).toEqual(startFrom(base, withName));
    expect(takeIn(copy, withName)).toEqual(startFrom(withName));
  });
});
