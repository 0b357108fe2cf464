import { exports, imports, isImportActive, isRunActive, runs } from '../../state/stores.ts';

/** How many jobs are under way. */
export function JobsBadge() {
  const count = useActiveJobs();
  return count > 0 ? <span className="badge">{count}</span> : null;
}

export function useActiveJobs(): number {
  const running = runs.use((state) => state.value.filter(isRunActive).length);
  const importing = imports.use((state) => state.value.filter(isImportActive).length);
  const exporting = exports.use((state) => state.value.length);
  return running + importing + exporting;
}
