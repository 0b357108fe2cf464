import type { Configurations, ConfigValue } from '../../../src-shared/run.ts';

/** More runs than this are summed up by their values instead of having a column each. */
export const MOST_COLUMNS = 24;

export type Setting = Configurations['settings'][number];

/** A value as the experiment file has it; a dash where the run has no such setting. */
export const valueText = (value: ConfigValue): string => (value === null ? '–' : String(value));

/** The settings that hold every word of the search in their path or a value; of those the ones that differ, where only they are asked for. */
export function shownSettings(settings: readonly Setting[], options: { onlyDifferences: boolean; search: string }): Setting[] {
  const words = options.search.toLowerCase().split(/\s+/).filter(Boolean);
  const holds = ({ key, values }: Setting) => {
    const text = `${key} ${[...new Set(values.map(valueText))].join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return settings.filter((setting) => (setting.differs || !options.onlyDifferences) && holds(setting));
}

/** The different values of a setting and how many runs have each, the most frequent first: "64 ×3, 128 ×1". */
export function valueCounts({ values }: Setting): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(valueText(value), (counts.get(valueText(value)) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([text, count]) => `${text} ×${count}`).join(', ');
}
