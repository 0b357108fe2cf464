import { datasets } from '../../state/stores.ts';
import { Button } from '../../widgets/controls.tsx';
import { countOf } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { runCommand } from '../../workbench/commands.ts';

/** The first step of the welcome page. */
export function DatasetStep() {
  const list = datasets.use((state) => state.value);
  const done = list.length > 0;
  return (
    <div className="welcome-step">
      <Icon name={done ? 'pass-filled' : 'circle-large'} className={done ? 'good' : 'muted'} />
      <h2>Import a dataset</h2>
      <p>
        {done
          ? `${countOf(list.length, 'dataset')} in this workspace`
          : 'MovieLens, Amazon Reviews, Google Local, or any table of who met what and when.'}
      </p>
      <Button kind={done ? 'secondary' : 'primary'} onClick={() => runCommand('datasets.import', {})}>
        Import
      </Button>
    </div>
  );
}
