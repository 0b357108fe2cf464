import { useState } from 'react';
import { runs } from '../../state/stores.ts';
import { useTrainedRuns } from '../../state/trainedRuns.ts';
import { Button, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { Icon } from '../../widgets/Icon.tsx';
import { Tree } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { openEditor } from '../../workbench/editors.ts';
import { showView } from '../../workbench/layout.ts';

/** The runs that have a model to write with. */
export default function PlaygroundView() {
  const { status, error } = runs.use();
  const trained = useTrainedRuns();
  const [selected, setSelected] = useState<string[]>([]);
  if (status === 'failed' && trained.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void runs.refresh()} />;
  if (status === 'loading') return <Loading what="runs" />;
  if (trained.length === 0) return <NothingTrained />;
  const rows = trained.map(({ id, name, datasetName }) => ({
    id,
    level: 0,
    label: name,
    content: (
      <>
        <Icon name="comment-discussion" /> <span className="tree-label ellipsis">{name}</span>{' '}
        <span className="tree-note ellipsis">{datasetName}</span>
      </>
    ),
  }));
  return (
    <Tree
      label="Models to write with"
      rows={rows}
      selected={selected}
      onSelect={setSelected}
      onOpen={(runId) => openEditor('playground', { runId })}
      onMenu={(id, at) => showMenu('run', { runIds: [id] }, at)}
    />
  );
}

function NothingTrained() {
  return (
    <div className="side-empty">
      <p>Here you write with the model of a run, as one user and as another. No run has a fine-tuned model yet.</p>
      <Button kind="primary" icon="beaker" onClick={() => showView('experiments')}>
        Go to experiments
      </Button>
    </div>
  );
}
