import type { LiveCurve } from '../../state/curves.ts';

export interface ChartGroup {
  id: string;
  title: string;
  unit?: string;
  curves: LiveCurve[];
  /** Across the whole width, on top. */
  wide: boolean;
  /** Noisy values that smoothing helps. */
  smooth: boolean;
  label(curveName: string): string;
}

interface Rule {
  id: string;
  title: string;
  unit?: string;
  belongs(name: string): boolean;
  wide?: boolean;
  smooth?: boolean;
  label?(name: string): string;
}

const LOSS_NAMES: Record<string, string> = { loss: 'training', validationLoss: 'validation' };

/** Which curves share a chart, in the order of the page. */
const RULES: Rule[] = [
  {
    id: 'loss',
    title: 'Loss',
    unit: 'nats per target',
    belongs: (name) => name in LOSS_NAMES,
    wide: true,
    smooth: true,
    label: (name) => LOSS_NAMES[name] ?? name,
  },
  { id: 'parts', title: 'Loss by part', belongs: (name) => /loss/i.test(name), smooth: true },
  { id: 'gates', title: 'Gates', unit: 'tanh(α)', belongs: (name) => name.startsWith('gate.'), label: (name) => `layer ${name.slice(5)}` },
  { id: 'learningRate', title: 'Learning rate', belongs: (name) => name === 'learningRate' },
  { id: 'gradientNorm', title: 'Gradient norm', belongs: (name) => name === 'gradientNorm', smooth: true },
  { id: 'throughput', title: 'Throughput', unit: 'tokens per second', belongs: (name) => name === 'tokensPerSecond', smooth: true },
  { id: 'memory', title: 'Memory', unit: 'bytes', belongs: (name) => name === 'memoryBytes' },
];

/** Puts curves that belong together into one chart; every other curve gets its own. */
export function groupCurves(curves: readonly LiveCurve[]): ChartGroup[] {
  const left = new Set(curves);
  const take = (rule: Rule): ChartGroup[] => {
    const mine = [...left]
      .filter((curve) => rule.belongs(curve.name))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
    for (const curve of mine) left.delete(curve);
    if (mine.length === 0) return [];
    const { id, title, unit, wide = false, smooth = false, label = (name: string) => name } = rule;
    return [{ id, title, unit, wide, smooth, label, curves: mine }];
  };
  const known = RULES.flatMap(take);
  const others = [...left].flatMap((curve) => take({ id: curve.name, title: curve.name, belongs: (name) => name === curve.name }));
  return [...known, ...others];
}
