import { describe, expect, it } from 'vitest';
import { standaloneFigure } from '../../../src-renderer/widgets/charts/exportChart.ts';
import { clippedRange, countHidden } from '../../../src-renderer/widgets/charts/scales.ts';

describe('a logarithmic axis', () => {
  const series = [
    { x: [0, 1, 2], y: [1, 0, -2] },
    { x: [0, 5], y: [3, 4] },
  ];

  it('says how many points it cannot show', () => {
    expect(countHidden(series, { x: false, y: false })).toBe(0);
    expect(countHidden(series, { x: false, y: true })).toBe(2);
    expect(countHidden(series, { x: true, y: false })).toBe(2);
    expect(countHidden(series, { x: true, y: true })).toBe(4);
  });
});

describe('clipping', () => {
  it('keeps everything between the first and the last percentile', () => {
    const y = [1e9, ...Array.from({ length: 200 }, (_, at) => at)];
    const [low, high] = clippedRange([{ x: [], y }])!;
    expect(low).toBeGreaterThan(-20);
    expect(low).toBeLessThan(3);
    expect(high).toBeGreaterThan(195);
    expect(high).toBeLessThan(230);
  });

  it('is in powers of ten on a logarithmic axis, and of what that can show', () => {
    const y = [-5, 0, ...Array.from({ length: 200 }, () => 10), ...Array.from({ length: 200 }, () => 1000)];
    const [low, high] = clippedRange([{ x: [], y }], true)!;
    expect(low).toBeCloseTo(0.9);
    expect(high).toBeCloseTo(3.1);
  });

  it('has a range for a constant, and none for a single value', () => {
    const [low, high] = clippedRange([{ x: [], y: [5, 5] }])!;
    expect(low).toBeLessThan(5);
    expect(high).toBeGreaterThan(5);
    expect(clippedRange([{ x: [], y: [5, Number.NaN] }])).toBeNull();
  });
});

describe('an exported chart', () => {
  const traces = [{ name: 'raw', showlegend: false }, { name: 'gated' }, { name: 'ungated' }];
  const div = { data: traces, layout: { margin: { l: 48 } }, querySelector: () => null } as never;

  it('has its title, what was filtered, its legend and a ground', () => {
    const { layout } = standaloneFigure({ title: 'Loss', filters: 'vertical axis logarithmic', div }, '#fff');
    expect(layout).toMatchObject({
      title: { text: 'Loss', subtitle: { text: 'vertical axis logarithmic' } },
      showlegend: true,
      paper_bgcolor: '#fff',
      margin: { l: 48 },
    });
  });
});
