import type { RunSummary } from '../../../src-shared/run.ts';
import { call } from '../../state/backend.ts';
import { runCommand } from '../../workbench/commands.ts';
import { followTogether } from '../../workbench/followTogether.ts';

/** Starts the run of an experiment file and shows it; of a sweep all runs that are missing, and shows them side by side. */
export async function startExperiment(text: string): Promise<void> {
  const { sweep } = await call('experiments.validate', { text });
  if (!sweep) return runCommand('runs.open', { runIds: [(await call('runs.start', { text })).id] });
  const started = await call('sweeps.start', { text });
  showSweep(started);
  if (started.length > 1) await followTogether({ title: 'Sweep', started, open: { label: 'Compare', run: () => showSweep(started) } });
}

function showSweep(runs: readonly RunSummary[]): void {
  runCommand(runs.length > 1 ? 'comparison.compare' : 'runs.open', { runIds: runs.map(({ id }) => id) });
}
