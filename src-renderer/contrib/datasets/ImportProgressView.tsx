import { useEffect } from 'react';
import type { ImportProgress, Rejection } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { clearProblems, setProblems } from '../../state/problems.ts';
import { datasets, imports } from '../../state/stores.ts';
import { Button, ErrorNote, Loading, Note, ProgressBar } from '../../widgets/controls.tsx';
import { countOf, formatBytes, formatCount, formatDuration } from '../../widgets/format.ts';
import { runCommand } from '../../workbench/commands.ts';
import { openEditor } from '../../workbench/editors.ts';
import { openDataset } from './datasetActions.ts';
import { Figures } from './Figures.tsx';
import { PaperTable } from './PaperTable.tsx';
import { RejectionTable } from './RejectionTable.tsx';
import { useRejectionProblems } from './useRejectionProblems.ts';

const NONE: readonly Rejection[] = [];

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
  const isListed = imports.use((state) => state.status === 'ready');
  if (!progress && !isListed) return <Loading what="the import" />;
  if (!progress) {
    return (
      <Ended onAgain={onAgain}>
        <Note kind="warn">The import ended with the backend that read it. Nothing of it was kept.</Note>
      </Ended>
    );
  }
  return (
    <div className="import-progress" data-import={importId}>
      {progress.phase === 'done' ? (
        <Done name={progress.name} onAgain={onAgain} />
      ) : progress.phase === 'failed' ? (
        <Failed
          importId={importId}
          name={progress.name}
          message={progress.error?.message ?? `${progress.name} was not imported.`}
          onAgain={onAgain}
        />
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

function Failed({ importId, name, message, onAgain }: { importId: string; name: string; message: string; onAgain(): void }) {
  useEffect(() => {
    const path = `import\n${importId}`;
    const place = { path: '', line: 1, column: 1, endLine: 1, endColumn: 1 };
    const problems = [{ message, severity: 'error' as const, ...place }];
    setProblems({ path, name: `Import of ${name}`, icon: 'cloud-download', problems, open: () => openEditor('import', {}) });
    return () => clearProblems(path);
  }, [importId, name, message]);
  return (
    <Ended onAgain={onAgain}>
      <ErrorNote message={message} />
    </Ended>
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
  const report = useQuery(summary ? `report:${summary.fingerprint}/${name}` : null, () => call('datasets.report', { name }));
  useRejectionProblems(name, summary?.rejections ?? NONE);
  if (!summary) return <Loading what="the report" />;
  const sameContent = report.value?.sameContent ?? [];
  const target = { datasetName: name };
  return (
    <>
      <Note kind="good">
        <b>{name}</b> has been imported in {formatDuration(summary.seconds)}.
      </Note>
      {sameContent.length > 0 && (
        <Note kind="warn">
          It has the same content as {sameContent.join(', ')}. Deleting one of them saves space; runs of one are as good as runs of the
          other.
        </Note>
      )}
      <Figures
        figures={[
          { label: 'Rows read', value: formatCount(summary.events + summary.rejected) },
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
      <RejectionTable name={name} total={summary.rejected} groups={report.value?.rejectionGroups ?? []} />
      {report.error && <ErrorNote message={report.error} onRetry={report.reload} />}
      {report.value && <PaperTable report={report.value} />}
    </>
  );
}
