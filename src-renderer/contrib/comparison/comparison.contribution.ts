import { runs } from '../../state/stores.ts';
import { openEditor } from '../../workbench/editors.ts';
import { lazy } from '../../workbench/lazy.tsx';
import { quickPickMany } from '../../workbench/QuickInput.tsx';
import { registry, type Target } from '../../workbench/registry.ts';

/** Opens the comparison of the target's runs; asks which when there are fewer than two. */
async function compare(target: Target): Promise<void> {
  const given = target.runIds ?? [];
  const runIds = given.length > 1 ? given : await chooseRuns(given);
  if (runIds && runIds.length > 0) openEditor('comparison', { runIds });
}

function chooseRuns(picked: string[]): Promise<string[] | null> {
  const items = runs.use
    .getState()
    .value.map((run) => ({ id: run.id, label: run.name, description: `${run.status} · ${run.datasetName}` }));
  return quickPickMany({ placeholder: 'Choose the runs to compare', items, picked, none: 'There are no runs to compare yet' });
}

/** Opens the configurations of the target's runs; asks which when there are fewer than two. */
async function compareConfigurations(target: Target): Promise<void> {
  const given = target.runIds ?? [];
  const runIds = given.length > 1 ? given : await chooseRuns(given);
  if (runIds && runIds.length > 1) openEditor('configurations', { runIds });
}

/** Runs side by side: a table with a baseline, and their curves in one picture. */
export function contributeComparison(): void {
  registry.command({
    id: 'comparison.compare',
    category: 'Runs',
    label: 'Compare runs',
    icon: 'diff-multiple',
    keys: ['Ctrl+Alt+C'],
    run: compare,
  });
  registry.command({
    id: 'comparison.configurations',
    category: 'Runs',
    label: 'Compare configurations',
    icon: 'diff',
    run: compareConfigurations,
  });
  registry.editor({
    type: 'configurations',
    icon: 'diff',
    component: lazy(() => import('./ConfigurationsEditor.tsx')),
    key: (params) => (params.runIds as string[]).join(','),
    title: () => 'Configurations',
    target: (params) => ({ runIds: params.runIds as string[] }),
  });
  registry.editor({
    type: 'configDiff',
    icon: 'diff',
    component: lazy(() => import('./ConfigDiffEditor.tsx')),
    key: (params) => (params.runIds as string[]).join(','),
    title: () => 'Configuration diff',
    target: (params) => ({ runIds: params.runIds as string[] }),
  });
  registry.editor({
    type: 'comparison',
    icon: 'diff-multiple',
    component: lazy(() => import('./ComparisonEditor.tsx')),
    key: (params) => [...(params.runIds as string[])].sort().join(','),
    title: (params) => `Compare ${params.runIds!.length} runs`,
    target: (params) => ({ runIds: params.runIds as string[] }),
  });
  registry.menu('run', { command: 'comparison.compare', group: '3 look' }, { command: 'comparison.configurations', group: '3 look' });
}
