import { useEffect } from 'react';
import type { Rejection } from '../../../src-shared/dataset.ts';
import { clearProblems, setProblems } from '../../state/problems.ts';
import { openEditor } from '../../workbench/editors.ts';

/** How many places on the page show a file's problems: the import, and the dataset it became. */
const holders = new Map<string, number>();

function hold(path: string, by: 1 | -1): void {
  const count = (holders.get(path) ?? 0) + by;
  holders.set(path, count);
  if (count === 0) clearProblems(path);
}

/**
 * Lists the rows of a dataset that were not kept under Problems, while this is on the page.
 * @param open leads to them; to the dataset's own list when left out
 */
export function useRejectionProblems(dataset: string, rejections: readonly Rejection[], open?: () => void): void {
  useEffect(() => {
    const byFile = Map.groupBy(rejections, (rejection) => rejection.file);
    const paths = [...byFile].map(([file, rows]) => {
      const path = `${dataset}\n${file}`;
      setProblems({
        path,
        name: `${file} (${dataset})`,
        icon: 'database',
        problems: rows.map(({ line, reason }) => ({
          message: reason,
          severity: 'warning' as const,
          path: '',
          line,
          column: 1,
          endLine: line,
          endColumn: 1,
        })),
        open: open ?? (() => openEditor('dataset', { name: dataset, tab: 'rejected' })),
      });
      hold(path, 1);
      return path;
    });
    return () => {
      for (const path of paths) hold(path, -1);
    };
  }, [dataset, rejections, open]);
}
