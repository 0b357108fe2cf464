import { datasets, experiments } from '../../state/stores.ts';
import { Button } from '../../widgets/controls.tsx';
import { countOf } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { runCommand } from '../../workbench/commands.ts';

/** The second step of the welcome page. */
export function ExperimentStep() {
  const count = experiments.use((state) => state.value.length);
  const hasDataset = datasets.use((state) => state.value.length > 0);
  return (
    <div className="welcome-step">
      <Icon name={count > 0 ? 'pass-filled' : 'circle-large'} className={count > 0 ? 'good' : 'muted'} />
      <h2>Write an experiment</h2>
      <p>
        {count > 0
          ? `${countOf(count, 'experiment file')}`
          : 'One commented file says what is trained and how; its values suit the dataset.'}
      </p>
      <Button
        kind={hasDataset && count === 0 ? 'primary' : 'secondary'}
        disabled={!hasDataset}
        onClick={() => runCommand('experiments.new', {})}
      >
        New experiment
      </Button>
    </div>
  );
}
