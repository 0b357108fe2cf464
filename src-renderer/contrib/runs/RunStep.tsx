import { experiments, runs } from '../../state/stores.ts';
import { Button } from '../../widgets/controls.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { showView } from '../../workbench/layout.ts';

/** The third step of the welcome page. */
export function RunStep() {
  const count = runs.use((state) => state.value.length);
  const latest = runs.use((state) => state.value[0]);
  const hasExperiment = experiments.use((state) => state.value.length > 0);
  return (
    <div className="welcome-step">
      <Icon name={count > 0 ? 'pass-filled' : 'circle-large'} className={count > 0 ? 'good' : 'muted'} />
      <h2>Run it and compare</h2>
      <p>{count > 0 ? `Latest: ${latest?.name}` : 'Watch the loss live, stop and resume, then compare runs and look at the gates.'}</p>
      {count > 0 ? (
        <Button onClick={() => runCommand('runs.open', { runIds: [latest!.id] })}>Open latest</Button>
      ) : (
        <Button disabled={!hasExperiment} onClick={() => showView('experiments')}>
          Choose experiment
        </Button>
      )}
    </div>
  );
}
