import { call } from '../../state/backend.ts';
import { runCommand } from '../../workbench/commands.ts';

/** Starts the run of an experiment file and shows it; of a sweep all runs that are missing, and shows them side by side. */
export async function startExperiment(text: string): Promise<void> {
  const { sweep } = await call('experiments.validate', { text });
  const started = sweep ? await call('sweeps.start', { text }) : [await call('runs.start', { text })];
  runCommand(started.length > 1 ? 'comparison.compare' : 'runs.open', { runIds: started.map(({ id }) => id) });
}
