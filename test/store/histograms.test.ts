import { describe, expect, it } from 'vitest';
import { histogramOfCounts, TimeCounter } from '../../src-main/store/histograms.ts';

const utc = (year: number, month: number, day = 1) => Date.UTC(year, month - 1, day);

function histogramOf(...timestampsMs: number[]) {
  const counter = new TimeCounter();
  counter.add(Float64Array.from(timestampsMs));
  return counter.histogram();
}

describe('a histogram of times', () => {
  it('shows days where there are few', () => {
    const { edges, counts } = histogramOf(utc(2020, 2, 28), utc(2020, 3, 1), utc(2020, 3, 1) + 1);
    expect(edges).toEqual([utc(2020, 2, 28), utc(2020, 2, 29), utc(2020, 3, 1), utc(2020, 3, 2)]);
    expect(counts).toEqual([1, 0, 2]);
  });

  it('shows months, quarters or years where there are many', () => {
    const months = histogramOf(utc(2020, 1, 31), utc(2020, 12, 1));
    expect([months.edges[0], months.edges[1], months.edges.at(-1)]).toEqual([utc(2020, 1), utc(2020, 2), utc(2021, 1)]);
    const quarters = histogramOf(utc(1996, 3, 29), utc(2009, 1, 5));
    expect([quarters.edges[0], quarters.edges[1]]).toEqual([utc(1996, 1), utc(1996, 4)]);
    expect(quarters.counts[0]! + quarters.counts.at(-1)!).toBe(2);
    const years = histogramOf(utc(1996, 3, 29), utc(2018, 9, 24));
    expect([years.edges[0], years.edges.at(-1)]).toEqual([utc(1996, 1), utc(2019, 1)]);
  });

  it('knows times before 1970', () => {
    const { edges, counts } = histogramOf(-1, 1);
    expect([edges, counts]).toEqual([
      [-86_400_000, 0, 86_400_000],
      [1, 1],
    ]);
  });
});

describe('a histogram of counts', () => {
  it('starts with the bar of the smallest, and has one of its own for none', () => {
    expect(histogramOfCounts(Int32Array.of(0, 0, 1, 6))).toEqual({ edges: [0, 1, 2, 3, 5, 7], counts: [2, 1, 0, 0, 1] });
    expect(histogramOfCounts(Int32Array.of(20, 25))).toEqual({ edges: [20, 30], counts: [2] });
  });
});
