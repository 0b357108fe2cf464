import type { ImportProgress } from '../../../src-shared/dataset.ts';
import { datasets } from '../../state/stores.ts';
import { Button, ErrorNote, Loading, Note, ProgressBar } from '../../widgets/controls.tsx';
import { countOf, formatBytes, formatCount, formatDuration } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { openDataset } from './datasetActions.ts';
import { Figures } from './Figures.tsx';
import { RejectionTable } from './RejectionTable.tsx';

const PHASES: Record<string, string> = {
  reading: 'Reading the rows',
  sorting: 'Sorting by user and time',
  packing: 'Packing the timelines',
  saving: 'Saving',
};

interface ImportProgressViewProps {
  importId: string;
  progress: ImportProgress | undefined;
  onAgain(): void;
}

/** One import from its first row to its report. */
export function ImportProgressView({ importId, progress, onAgain }: ImportProgressViewProps) {
  if (!progress) return <Loading what="the import" />;
  return (
    <div className="import-progress" data-import={importId}>
      {progress.phase === 'done' ? (
        <Done name={progress.name} onAgain={onAgain} />
      ) : progress.phase === 'failed' ? (
        <Ended onAgain={onAgain}>
          <ErrorNote message={progress.error?.message ?? `${progress.name} was not imported.`} />
        </Ended>
      ) : progress.phase === 'cancelled' ? (
        <Ended onAgain={onAgain}>
          <Note kind="info">The import of {progress.name} was cancelled. Nothing of it was kept.</Note>
        </Ended>
      ) : (
        <UnderWay progress={progress} />
      )}
    </div>
  );
}

function UnderWay({ progress }: { progress: ImportProgress }) {
  const share = progress.totalRows ? Math.min(1, progress.rows / progress.totalRows) : null;
  const rate = [
    progress.totalRows ? `${formatCount(progress.rows)} of ${formatCount(progress.totalRows)} rows` : countOf(progress.rows, 'row'),
    ...(progress.rowsPerSecond ? [`${formatCount(progress.rowsPerSecond)} rows per second`] : []),
    ...(progress.remainingSeconds !== null ? [`${formatDuration(progress.remainingSeconds)} left`] : []),
  ];
  return (
    <>
      <h2 className="ellipsis">Importing {progress.name}</h2>
      <ProgressBar share={share} label={`Import of ${progress.name}`} />
      <div className="import-line">
        <span>
          {PHASES[progress.phase] ?? progress.phase}
          <span className="muted numeric"> · {rate.join(' · ')}</span>
        </span>
        <Button icon="circle-slash" onClick={() => runCommand('datasets.cancelImport', { importId: progress.importId })}>
          Cancel
        </Button>
      </div>
      <p className="muted">You can close this tab: the import goes on, and the Jobs panel shows how far it is.</p>
    </>
  );
}

function Ended({ children, onAgain }: { children: React.ReactNode; onAgain(): void }) {
  return (
    <>
      {children}
      <div>
        <Button kind="primary" onClick={onAgain}>
          Import another
        </Button>
      </div>
    </>
  );
}

function Done({ name, onAgain }: { name: string; onAgain(): void }) {
  const summary = datasets.use((state) => state.value.find((dataset) => dataset.name === name));
  if (!summary) return <Loading what="the report" />;
  const target = { datasetName: name };
  return (
    <>
      <Note kind="good">
        <b>{name}</b> has been imported in {formatDuration(summary.seconds)}.
      </Note>
      <Figures
        figures={[
          { label: 'Events kept', value: formatCount(summary.events) },
          { label: 'Rows rejected', value: formatCount(summary.rejected), kind: summary.rejected > 0 ? 'warn' : undefined },
          { label: 'Users', value: formatCount(summary.users) },
          { label: 'Items', value: formatCount(summary.items) },
          { label: 'Peak memory', value: formatBytes(summary.peakMemoryBytes) },
        ]}
      />
      <div className="import-next">
        <Button kind="primary" icon="beaker" onClick={() => runCommand('datasets.newExperiment', target)}>
          New experiment
        </Button>
        <Button icon="database" onClick={() => openDataset(name)}>
          Open dataset
        </Button>
        <Button onClick={onAgain}>Import another</Button>
      </div>
      <RejectionTable name={name} total={summary.rejected} />
    </>
  );
}
