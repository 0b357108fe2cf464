import type { ImportBenchmark } from '../../bench/import.ts';
import { formatBytes, formatCount, formatSeconds } from './numbers.ts';
import type { Outcome } from './output.ts';
import { createProgress } from './progress.ts';
import { formatTable } from './table.ts';

/** Targets are set for this many rows. */
const TARGET_ROWS = 20_000_000;

export async function importOutcome(rows: number): Promise<Outcome> {
  const progress = createProgress();
  const { benchImport } = await import('../../bench/import.ts');
  const measured = await benchImport({ rows, onProgress: (text) => progress.note(text) });
  return { document: measured, text: importText(measured) };
}

export function importText(measured: ImportBenchmark): string {
  const { rows, fileBytes, import: imported, cancelSeconds, batches, frames } = measured;
  const target = (text: string) => (rows === TARGET_ROWS ? text : '');
  const lines = [
    ['import', formatSeconds(imported.seconds), target('15 s')],
    ['peak memory', formatBytes(imported.peakMemoryBytes), target('2 GB')],
    ['workspace file', formatBytes(imported.workspaceBytes), target('200 MB')],
    ['cancel', `${cancelSeconds.toFixed(2)} s`, '1 s'],
    ['batches, N = 50', `${formatCount(Math.round(batches.examplesPerSecond))} examples/s`, target('200,000 examples/s')],
    ['batches, first second', `${formatCount(batches.firstSecondExamples)} examples`, ''],
    [
      'memory of reading',
      `${formatBytes(batches.memoryBytes)}, of it in the second half ${formatBytes(Math.max(0, batches.memoryGrowthBytes))}`,
      '',
    ],
    ...frames.map(({ library, version, seconds, peakMemoryBytes }) => {
      const ratio = (imported.seconds / seconds).toFixed(2);
      const limit = library === 'polars' ? 'import / polars at most 1.5' : 'import / pandas below 1';
      return [`${library} ${version}`, `${formatSeconds(seconds)}, ${formatBytes(peakMemoryBytes)}; import / ${library} ${ratio}`, limit];
    }),
  ];
  const head = `${formatCount(rows)} ratings of ${formatCount(imported.users)} users, ${formatBytes(fileBytes)}\n`;
  const note = frames.length === 2 ? '' : '\npython3 has no pandas or no polars here: there is less to compare with.\n';
  return `${head}${formatTable([{ title: 'What' }, { title: 'Measured' }, { title: 'Target' }], lines)}${note}`;
}
