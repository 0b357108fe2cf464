import { describe, expect, it } from 'vitest';
import { requestOf, type Setting } from '../../../src-renderer/contrib/playground/columns.ts';
import { differentPieces } from '../../../src-renderer/contrib/playground/textDifference.ts';

describe('differentPieces', () => {
  const marked = (text: string, reference: string) =>
    differentPieces(text.split(' '), reference.split(' '))
      .map((different, at) => (different ? text.split(' ')[at] : '.'))
      .join(' ');

  it('marks what is not in the longest common subsequence', () => {
    expect(marked('the red house by the sea', 'the house by a sea')).toBe('. red . . the .');
    expect(marked('a b c', 'a b c')).toBe('. . .');
    expect(marked('a b', 'x y')).toBe('a b');
    expect(differentPieces([], ['a'])).toEqual([]);
    expect(differentPieces(['a', 'b'], [])).toEqual([true, true]);
  });

  it('prefers the longer of two matches', () => {
    expect(marked('b a b c', 'a b c')).toBe('b . . .');
  });
});

describe('requestOf', () => {
  const own = { events: [], embeddedEvents: 50, promptedEvents: 0, taskPrompt: 'Next title:', ratings: [] };
  const setting: Setting = {
    runId: 'run',
    integration: 'cross-attention',
    userId: 3,
    history: null,
    own,
    anotherUserId: 9,
    textRunId: 'text-run',
    gateScale: 2,
  };

  it('asks for the same model with the user, without, for another, and for the history as text', () => {
    expect(requestOf('personalised', setting)).toEqual({ runId: 'run', userId: 3, promptedEvents: 'as-trained', gateScale: 2 });
    expect(requestOf('unpersonalised', setting)).toEqual({ runId: 'run', userId: null });
    expect(requestOf('another', setting)).toEqual({ runId: 'run', userId: 9, promptedEvents: 'as-trained', gateScale: 2 });
    expect(requestOf('text-prompt', setting)).toEqual({ runId: 'text-run', userId: 3, userPath: false, promptedEvents: 50 });
  });

  it('hands edits to the columns of the user alone, and gates only to who has them', () => {
    const edited = { ...setting, history: [{ eventIndex: 1 }], integration: 'text-prompt' as const };
    expect(requestOf('personalised', edited)).toEqual({
      runId: 'run',
      userId: 3,
      promptedEvents: 'as-trained',
      history: [{ eventIndex: 1 }],
    });
    expect(requestOf('another', edited)).not.toHaveProperty('history');
    expect(requestOf('text-prompt', edited)).toHaveProperty('history', [{ eventIndex: 1 }]);
  });

  it('asks nothing without another user', () => {
    expect(requestOf('another', { ...setting, anotherUserId: null })).toBeNull();
  });
});
