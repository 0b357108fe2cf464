import { afterEach, describe, expect, it, vi } from 'vitest';
import { pathOfCopy, takeDroppedPath, useDroppedPath } from '../../../src-renderer/state/droppedPath.ts';

const file = (name: string, content: string) => new File([content], name);

/** Answers as the server does; `sent` are the paths of the requests. */
function answerWith(answer: (url: string) => Response | Promise<Response>): string[] {
  const sent: string[] = [];
  vi.stubGlobal('fetch', (url: string, { signal }: RequestInit) => {
    sent.push(url);
    if (signal?.aborted) throw signal.reason;
    return answer(url);
  });
  return sent;
}

const isThere = () => Response.json({ path: '/workspace/temporary/dropped-1-abcdef/12345678/films' });

afterEach(() => {
  vi.unstubAllGlobals();
  useDroppedPath.setState({ isOver: false, path: null, copy: null, error: null });
});

describe('what is dropped in a browser', () => {
  it('is sent file by file below one id, and has the path that the server answers', async () => {
    const sent = answerWith(isThere);
    const dropped = { name: 'films', isFolder: true, files: [file('ratings.csv', 'abc'), file('Les films.csv', 'd')] };
    expect(await pathOfCopy(dropped)).toBe('/workspace/temporary/dropped-1-abcdef/12345678/films');
    expect(sent).toEqual([
      expect.stringMatching(/^\/dropped\/[0-9a-f]{8}\/films\/ratings\.csv$/),
      expect.stringMatching(/films\/Les%20films\.csv$/),
    ]);
    expect(sent[0]!.split('/')[2]).toBe(sent[1]!.split('/')[2]);
    expect(useDroppedPath.getState()).toMatchObject({ copy: null, error: null });
  });

  it('keeps files without a folder together, and a single one alone', async () => {
    const sent = answerWith(isThere);
    await pathOfCopy({ name: 'a.csv', isFolder: false, files: [file('a.csv', 'a'), file('b.csv', 'b')] });
    await pathOfCopy({ name: 'a.csv', isFolder: false, files: [file('a.csv', 'a')] });
    expect(sent.map((path) => path.replace(/[0-9a-f]{8}/, 'id'))).toEqual([
      '/dropped/id/files/a.csv',
      '/dropped/id/files/b.csv',
      '/dropped/id/a.csv',
    ]);
  });

  it('says how many bytes are there, and what the server says when it has no room', async () => {
    const seen: number[] = [];
    useDroppedPath.subscribe(({ copy }) => copy && seen.push(copy.doneBytes));
    answerWith((url) =>
      url.endsWith('b.csv') ? Response.json({ message: 'dropped: "films/b.csv" does not fit' }, { status: 507 }) : isThere(),
    );
    const path = await pathOfCopy({ name: 'films', isFolder: true, files: [file('a.csv', 'four'), file('b.csv', 'b')] });
    expect(path).toBeNull();
    expect([seen[0], seen.at(-1)]).toEqual([0, 4]);
    expect(useDroppedPath.getState()).toMatchObject({ copy: null, error: 'dropped: "films/b.csv" does not fit' });
  });

  it('is left alone without an error when the copy is cancelled', async () => {
    answerWith(() => {
      useDroppedPath.getState().copy!.cancel();
      return isThere();
    });
    expect(await pathOfCopy({ name: 'films', isFolder: true, files: [file('a.csv', 'a'), file('b.csv', 'b')] })).toBeNull();
    expect(useDroppedPath.getState()).toMatchObject({ copy: null, error: null });
  });

  it('is taken once', () => {
    useDroppedPath.setState({ path: '/films' });
    expect([takeDroppedPath(), takeDroppedPath()]).toEqual(['/films', null]);
  });
});
