import { useEffect, useState } from 'react';
import type { RunSummary } from '../../../src-shared/run.ts';
import { call, messageOf, useQuery } from '../../state/backend.ts';
import { isRunActive } from '../../state/stores.ts';
import { isTrained } from '../../state/trainedRuns.ts';
import { Button, EmptyState, ErrorNote, Loading, TextField } from '../../widgets/controls.tsx';
import { randomUser, UserPick } from '../../widgets/UserPick.tsx';
import { AttentionView } from './AttentionView.tsx';

/** One example of a run: a user, whose last event is the answer, or a text that the person gives. */
export function AttentionOfRun({ run }: { run: RunSummary }) {
  if (isTrained(run)) return <Examples run={run} />;
  return (
    <EmptyState icon="eye" title="No model to look into yet">
      {isRunActive(run)
        ? 'Attention can be looked at as soon as fine-tuning is done.'
        : 'This run ended before its fine-tuning was done. Resume it to finish.'}
    </EmptyState>
  );
}

function Examples({ run }: { run: RunSummary }) {
  const [userId, setUserId] = useState<number | null>(null);
  const [userError, setUserError] = useState<string | null>(null);
  const [typed, setTyped] = useState('');
  const [answer, setAnswer] = useState('');
  const { id: runId, datasetName } = run;
  useEffect(() => {
    // The first of the users that the run was tested on, where it kept samples.
    call('runs.get', { runId })
      .then(({ samples }) => samples[0]?.userId ?? randomUser(datasetName))
      .then(setUserId, (error) => setUserError(messageOf(error)));
  }, [runId, datasetName]);
  const example = userId === null ? null : { runId, userId, ...(answer !== '' && { answer }) };
  const attention = useQuery(example && JSON.stringify(['attention', example]), () => call('runs.attention', example!));
  const failed = userError ?? attention.error;
  return (
    <div className="page-body attention">
      <form
        className="attention-example"
        onSubmit={(event) => {
          event.preventDefault();
          setAnswer(typed.trim());
        }}
      >
        <UserPick label="User" datasetName={datasetName} userId={userId} onPick={setUserId} />
        <TextField
          className="attention-answer"
          label="Answer"
          placeholder={answer === '' && attention.value ? `what came next: ${attention.value.answer}` : 'what came next'}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit" disabled={typed.trim() === answer}>
          Use
        </Button>
      </form>
      {failed && <ErrorNote message={failed} onRetry={attention.reload} />}
      {!failed && !attention.value && <Loading what="the attention" />}
      {example && attention.value && <AttentionView key={JSON.stringify(example)} example={example} attention={attention.value} />}
    </div>
  );
}
