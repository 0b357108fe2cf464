import { beforeEach, describe, expect, it, vi } from 'vitest';
import { drawInTurn, leaveTurn } from '../../../src-renderer/widgets/charts/drawInTurn.ts';

beforeEach(() => {
  vi.stubGlobal('requestAnimationFrame', (shown: () => void) => setTimeout(shown));
});

describe('charts that draw in turn', () => {
  it('keep their place when they ask again, draw what was asked for last, and are skipped when they have gone', async () => {
    const drawn: string[] = [];
    const charts = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
    const ask = (at: number, version: number) =>
      drawInTurn(charts[at]!, async () => {
        drawn.push(`${charts[at]!.name}${version}`);
        return true;
      });
    for (const at of [0, 1, 2, 3]) ask(at, 1);
    for (const at of [0, 1, 2]) ask(at, 2);
    leaveTurn(charts[3]!);
    await vi.waitFor(() => expect(drawn).toHaveLength(4));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(drawn).toEqual(['a1', 'b2', 'c2', 'a2']);
  });

  it('go on after one of them failed, which is reported', async () => {
    const reported = vi.fn();
    vi.stubGlobal('reportError', reported);
    const draw = vi.fn(async () => false);
    drawInTurn({}, () => Promise.reject(new Error('no such trace')));
    drawInTurn({}, draw);
    await vi.waitFor(() => expect(draw).toHaveBeenCalled());
    expect(reported).toHaveBeenCalledWith(new Error('no such trace'));
  });
});
