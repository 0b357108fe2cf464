import { useEffect, useState } from 'react';
import type { Experiment } from '../../../src-shared/experiment.ts';
import type { RunSummary } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { runs } from '../../state/stores.ts';
import { useTrainedRuns } from '../../state/trainedRuns.ts';
import { Button, EmptyState, ErrorNote, Loading, Select } from '../../widgets/controls.tsx';
import { randomUser } from '../../widgets/UserPick.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openEditor } from '../../workbench/editors.ts';
import { showView } from '../../workbench/layout.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { Playground } from './Playground.tsx';

/** Writing with a run's model for a user, beside the same model without the user, for another user, and with a text prompt. */
export default function PlaygroundEditor({ params }: EditorProps) {
  const trained = useTrainedRuns();
  const listed = runs.use((state) => state.status === 'ready');
  const run = trained.find(({ id }) => id === params.runId) ?? (params.runId ? undefined : trained[0]);
  if (!listed && trained.length === 0) return <Loading what="the runs" />;
  if (trained.length === 0) return <NoModel />;
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Playground</h1>
        <Select
          inline
          label="Run"
          value={run?.id ?? ''}
          options={[...(run ? [] : [{ value: '', label: 'choose a run' }]), ...trained.map(({ id, name }) => ({ value: id, label: name }))]}
          onChange={(event) => event.target.value && openEditor('playground', { runId: event.target.value })}
        />
        {run && (
          <Button kind="link" onClick={() => runCommand('runs.open', { runIds: [run.id] })}>
            Open the run
          </Button>
        )}
      </header>
      {run ? (
        <PlaygroundOfRun key={run.id} run={run} trained={trained} />
      ) : (
        <EmptyState icon="comment-discussion" title="This run has no model to write with">
          It is gone, or its fine-tuning is not done. Choose another run above.
        </EmptyState>
      )}
    </div>
  );
}

/** Reads what the run is, and begins with a random user. */
function PlaygroundOfRun({ run, trained }: { run: RunSummary; trained: RunSummary[] }) {
  const detail = useQuery(`playground:${run.id}`, () => call('runs.get', { runId: run.id }));
  const [users, setUsers] = useState<{ userId: number; anotherUserId: number } | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const { datasetName } = run;
    Promise.all([randomUser(datasetName), randomUser(datasetName)]).then(
      ([userId, anotherUserId]) => setUsers({ userId, anotherUserId }),
      (failure) => setError(String(failure.message)),
    );
  }, [run]);
  const failed = detail.error ?? error;
  if (failed) return <ErrorNote message={failed} onRetry={detail.reload} />;
  if (!detail.value || !users) return <Loading what="the run" />;
  const { integration } = detail.value.config as Experiment;
  const textRuns = trained.filter(({ id, datasetName, task }) => id !== run.id && datasetName === run.datasetName && task === run.task);
  return <Playground run={run} integration={integration.kind} users={users} textRuns={textRuns} />;
}

function NoModel() {
  return (
    <EmptyState
      icon="comment-discussion"
      title="No model to talk to yet"
      actions={
        <Button kind="primary" icon="beaker" onClick={() => showView('experiments')}>
          Go to experiments
        </Button>
      }
    >
      The playground writes with the model of a run whose fine-tuning is done. Run an experiment first; the suggested one takes minutes.
    </EmptyState>
  );
}
