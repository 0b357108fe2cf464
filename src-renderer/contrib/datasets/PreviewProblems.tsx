import type { DatasetFormat, Rejection, TableMapping } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { Note } from '../../widgets/controls.tsx';
import { openEditor } from '../../workbench/editors.ts';
import { useRejectionProblems } from './useRejectionProblems.ts';

const SHOWN = 5;
const NONE: readonly Rejection[] = [];

interface PreviewProblemsProps {
  path: string;
  format: DatasetFormat | null;
  mapping: TableMapping | null;
}

/** Which of the first rows would not be kept, here and under Problems; nothing where all would. */
export function PreviewProblems(previewed: PreviewProblemsProps) {
  const found = useQuery(JSON.stringify(previewed), () => call('datasets.previewProblems', previewed));
  const problems = found.value ?? NONE;
  useRejectionProblems('not imported yet', problems, openImport);
  if (problems.length === 0) return null;
  const more = problems.length - SHOWN;
  return (
    <Note kind="warn">
      Of the first rows, the import would not keep {problems.length === 1 ? 'one' : problems.length}:
      <ul aria-label="Rows that would not be kept">
        {problems.slice(0, SHOWN).map(({ file, line, reason }) => (
          <li key={`${file}:${line}`}>
            {file}:{line} {reason}
          </li>
        ))}
      </ul>
      {more > 0 && <span className="muted">and {more} more, under Problems</span>}
    </Note>
  );
}

function openImport(): void {
  openEditor('import', {});
}
