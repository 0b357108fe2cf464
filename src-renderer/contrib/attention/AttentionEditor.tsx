import { runs, useRun } from '../../state/stores.ts';
import { Button, EmptyState, Loading } from '../../widgets/controls.tsx';
import { runCommand } from '../../workbench/commands.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { AttentionOfRun } from './AttentionOfRun.tsx';

/** Attention of one run in an editor of its own. */
export default function AttentionEditor({ params }: EditorProps) {
  const run = useRun(String(params.runId));
  const ready = runs.use((state) => state.status === 'ready');
  if (!run) return ready ? <EmptyState icon="eye" title="This run has been deleted" /> : <Loading what="the run" />;
  return (
    <div className="page">
      <header className="page-head">
        <h1>Attention of {run.name}</h1>
        <Button kind="link" onClick={() => runCommand('runs.open', { runIds: [run.id] })}>
          Open the run
        </Button>
      </header>
      <AttentionOfRun run={run} />
    </div>
  );
}
