import { floats, type HostTensors, sizeOf } from '../../src-main/engine/engine.ts';

/**
 * Parameters by the formula of test/golden/make_golden.py: scale sin(1.7 i + 0.31 k + 0.005 i^2) + offset, rounded to 8 digits, with
 * i the row-major index and k the index of the name among the sorted names.
 */
export function goldenParameters(shapes: Record<string, number[]>): HostTensors {
  const names = Object.keys(shapes).sort();
  return Object.fromEntries(
    names.map((name, k) => {
      const scale = /(\.bias|\.gate|orm\.weight)$/.test(name) ? 0.1 : 0.5;
      const offset = name.toLowerCase().endsWith('norm.weight') ? 1 : name.endsWith('.gate') ? 0.4 : 0;
      const value = (i: number) => Number((scale * Math.sin(1.7 * i + 0.31 * k + 0.005 * i * i) + offset).toPrecision(8));
      return [
        name,
        floats(
          Float32Array.from({ length: sizeOf(shapes[name]!) }, (_, i) => value(i)),
          shapes[name]!,
        ),
      ];
    }),
  );
}
