import { describe, expect, it } from 'vitest';
import { uiText } from '../../src-main/hosts/cli/benchUi.ts';

describe('bench ui', () => {
  it('prints every figure beside its target', () => {
    const text = uiText({
      runs: 10_000,
      points: 1_000_000,
      shellMs: 812.4,
      interactiveMs: 1390,
      firstRunMs: 280,
      nextRunMs: 120,
      scroll: { frames: 119, dropped: 2, longestMs: 33.4 },
      latency: { medianMs: 41, worstMs: 88 },
    });
    expect(text).toMatch(/^10,000 runs in the workspace, 1,000,000 points/);
    expect(text).toMatch(/^shell visible +812 ms +1,000 ms$/m);
    expect(text).toMatch(/^interactive.* 1,390 ms +2,000 ms$/m);
    expect(text).toMatch(/^another run opened +120 ms +300 ms$/m);
    expect(text).toMatch(/^scrolling the runs +2 of 119 frames dropped, the longest took 33 ms +0 dropped$/m);
    expect(text).toMatch(/^a key while a run trains on every core +41 ms, at most 88 ms +100 ms$/m);
  });
});
