import type { RunSummary } from '../../../src-shared/run.ts';
import { runs } from '../../state/stores.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { quickPickMany } from '../../workbench/QuickInput.tsx';
import { registry, type Target } from '../../workbench/registry.ts';

const isEvaluated = (run: RunSummary) => run.metricCount > 0;
const MOST_RUNS = 50;

/** Evaluated runs that answer the same question about the same data as this one, or as the newest. */
function alike(runId: string | undefined): string[] {
  const evaluated = runs.use.getState().value.filter(isEvaluated);
  const like = evaluated.find(({ id }) => id === runId) ?? evaluated[0];
  return evaluated
    .filter(({ datasetName, task }) => datasetName === like?.datasetName && task === like.task)
    .slice(0, MOST_RUNS)
    .map(({ id }) => id);
}

/** One run alone says little: those that can be compared with it come too. */
function show(target: Target): void {
  const given = target.runIds ?? [];
  openEditor('efficiency', { runIds: given.length > 1 ? given : alike(given[0]) });
}

async function choose(target: Target): Promise<void> {
  const items = runs.use
    .getState()
    .value.filter(isEvaluated)
    .map(({ id, name, datasetName, task }) => ({ id, label: name, description: `${task} · ${datasetName}` }));
  const picked = target.runIds ?? [];
  const runIds = await quickPickMany({ placeholder: 'Choose the runs to look at', items, picked, none: 'No run has been evaluated yet' });
  if (runIds && runIds.length > 0) openEditor('efficiency', { runIds });
}

/** Efficiency: quality against tokens and trained parameters, FLOPs and time against the history length. */
export function contributeEfficiency(): void {
  registry.command(
    { id: 'efficiency.show', category: 'Runs', label: 'Show efficiency', icon: 'dashboard', run: show },
    { id: 'efficiency.choose', category: 'Runs', label: 'Choose runs for efficiency', run: choose },
  );
  registry.editor({
    type: 'efficiency',
    icon: 'dashboard',
    component: lazy(() => import('./EfficiencyEditor.tsx')),
    key: (params) => [...(params.runIds as string[])].sort().join(','),
    title: (params) => (params.runIds!.length === 1 ? 'Efficiency' : `Efficiency of ${params.runIds!.length} runs`),
    target: (params) => ({ runIds: params.runIds as string[] }),
  });
  registry.menu('run', { command: 'efficiency.show', group: '3 look' });
}
