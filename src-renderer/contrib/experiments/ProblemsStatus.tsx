import { countProblems, useProblems } from '../../state/problems.ts';
import { countOf } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { showPanel } from '../../workbench/layout.ts';
import { StatusEntry } from '../../workbench/StatusBar.tsx';

export function ProblemsBadge() {
  const { errors, warnings } = countProblems(useProblems());
  return errors + warnings > 0 ? <span className="badge">{errors + warnings}</span> : null;
}

/** Status bar: errors and warnings in the open files. */
export function ProblemsStatus() {
  const { errors, warnings } = countProblems(useProblems());
  const title = `${countOf(errors, 'error')}, ${countOf(warnings, 'warning')}. Show the Problems panel`;
  return (
    <StatusEntry icon="error" title={title} onClick={() => showPanel('problems')}>
      <span className="status-counts">
        {errors}
        <span className="visually-hidden">errors,</span>
        <Icon name="warning" />
        {warnings}
        <span className="visually-hidden">warnings</span>
      </span>
    </StatusEntry>
  );
}
