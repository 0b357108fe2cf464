import type { Gate } from '../../../src-shared/run.ts';
import type { LiveCurve } from '../../state/curves.ts';

export interface RunGatesData {
  runId: string;
  name: string;
  gates: Gate[];
}

/** The layer of a curve named `gate.<layer>`; null for other curves. */
export function layerOf(curveName: string): number | null {
  const found = /^gate\.(\d+)$/.exec(curveName);
  return found ? Number(found[1]) : null;
}

/** Gates as they are: those of the evaluation, or while a run trains the last point of each gate's curve. */
export function currentGates(final: readonly Gate[], curves: readonly LiveCurve[]): Gate[] {
  if (final.length > 0) return final.toSorted((a, b) => a.layer - b.layer);
  const last = new Map<number, number>();
  for (const curve of curves) {
    const layer = layerOf(curve.name);
    const value = curve.values.at(-1);
    if (layer !== null && value !== undefined) last.set(layer, value);
  }
  return [...last].map(([layer, value]) => ({ layer, value })).sort((a, b) => a.layer - b.layer);
}

export function layersOf(runs: readonly RunGatesData[]): number[] {
  return [...new Set(runs.flatMap((run) => run.gates.map((gate) => gate.layer)))].sort((a, b) => a - b);
}
