import { useMemo, useState } from 'react';
import { useProblems } from '../../state/problems.ts';
import { datasets, type ExperimentFile, experiments } from '../../state/stores.ts';
import { Button, ErrorNote, IconButton, Loading } from '../../widgets/controls.tsx';
import { countOf, formatAgo } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { Tree, type TreeRow } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openExperiment } from './experimentActions.ts';

/** The experiment files of the workspace, last changed first. */
export default function ExperimentsView() {
  const { status, value, error } = experiments.use();
  const problems = useProblems();
  const [selected, setSelected] = useState<string[]>([]);
  const rows = useMemo(
    () => value.map((file) => rowOf(file, problems[file.path]?.problems.filter((problem) => problem.severity === 'error').length ?? 0)),
    [value, problems],
  );
  if (status === 'failed' && value.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void experiments.refresh()} />;
  if (status === 'loading') return <Loading what="experiments" />;
  if (rows.length === 0) return <NoExperiments />;
  return (
    <Tree
      label="Experiments"
      rows={rows}
      selected={selected}
      onSelect={setSelected}
      onOpen={(id) => openExperiment(id, { preview: true })}
      onMenu={(id, at) => showMenu('experiment', { experimentPath: id }, at)}
      onDelete={(id) => runCommand('experiments.delete', { experimentPath: id })}
    />
  );
}

function rowOf(file: ExperimentFile, errors: number): TreeRow {
  return {
    id: file.path,
    level: 0,
    label: file.name,
    content: (
      <>
        <Icon name="beaker" className={errors > 0 ? 'bad' : ''} />
        <span className={`tree-label ellipsis ${errors > 0 ? 'bad' : ''}`}>{file.name}</span>{' '}
        <span className="tree-note ellipsis">{errors > 0 ? countOf(errors, 'error') : formatAgo(file.modifiedAtMs, Date.now())}</span>
      </>
    ),
    actions: (
      <IconButton
        icon="play"
        label={`Run ${file.name}`}
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation();
          runCommand('experiments.run', { experimentPath: file.path });
        }}
      />
    ),
  };
}

function NoExperiments() {
  const hasDatasets = datasets.use((state) => state.value.length > 0);
  return (
    <div className="side-empty">
      <p>An experiment file says which model is trained on which dataset, and how. There is none yet.</p>
      {hasDatasets ? (
        <Button kind="primary" icon="add" onClick={() => runCommand('experiments.new', {})}>
          New experiment
        </Button>
      ) : (
        <Button kind="primary" icon="cloud-download" onClick={() => runCommand('datasets.import', {})}>
          Import a dataset first
        </Button>
      )}
    </div>
  );
}
