import { useEffect, useState } from 'react';
import type { Experiment } from '../../../src-shared/experiment.ts';
import type { RunSummary } from '../../../src-shared/run.ts';
import { call, messageOf, useQuery } from '../../state/backend.ts';
import { datasets, runs } from '../../state/stores.ts';
import { useTrainedRuns } from '../../state/trainedRuns.ts';
import { Button, EmptyState, ErrorNote, Loading, Select } from '../../widgets/controls.tsx';
import { randomUser } from '../../widgets/UserPick.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openEditor } from '../../workbench/editors.ts';
import { showView } from '../../workbench/layout.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { Playground } from './Playground.tsx';
import { type PlaygroundState, readPlayground } from './playgroundState.ts';

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

/** Reads what the run is, and begins where the person left it, else with two random users. */
function PlaygroundOfRun({ run, trained }: { run: RunSummary; trained: RunSummary[] }) {
  const detail = useQuery(`playground:${run.id}`, () => call('runs.get', { runId: run.id }));
  const fingerprint = datasets.use((state) => state.value.find(({ name }) => name === run.datasetName)?.fingerprint);
  const [initial, setInitial] = useState<{ fingerprint: string; state: PlaygroundState } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const integration = (detail.value?.config as Experiment | undefined)?.integration.kind;
  useEffect(() => {
    if (!integration || fingerprint === undefined) return;
    const begin = async () => readPlayground({ runId: run.id, fingerprint }) ?? usualState(run.id, run.datasetName, integration);
    begin().then(
      (state) => setInitial({ fingerprint, state }),
      (failure) => setError(messageOf(failure)),
    );
  }, [run.id, run.datasetName, integration, fingerprint]);
  const isListed = datasets.use((state) => state.status === 'ready');
  const isGone = isListed && fingerprint === undefined;
  const failed = detail.error ?? error ?? (isGone ? `The dataset ${run.datasetName} of this run is gone; import it again.` : null);
  if (failed) return <ErrorNote message={failed} onRetry={detail.reload} />;
  if (!integration || initial === null || initial.fingerprint !== fingerprint) return <Loading what="the run" />;
  const textRuns = trained.filter(({ id, datasetName, task }) => id !== run.id && datasetName === run.datasetName && task === run.task);
  return <Playground run={run} fingerprint={fingerprint} integration={integration} initial={initial.state} textRuns={textRuns} />;
}

async function usualState(runId: string, datasetName: string, integration: Experiment['integration']['kind']): Promise<PlaygroundState> {
  const [userId, anotherUserId] = await Promise.all([randomUser(datasetName), randomUser(datasetName)]);
  return {
    userId,
    anotherUserId,
    edited: null,
    textRunId: runId,
    gateScale: 1,
    hidden: integration === 'text-prompt' ? ['text-prompt'] : [],
    form: { prompt: null, maxTokens: '24', temperature: '0', seed: '1' },
  };
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
