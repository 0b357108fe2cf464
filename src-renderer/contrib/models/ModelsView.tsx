import { useMemo, useState } from 'react';
import type { ModelSummary } from '../../../src-shared/model.ts';
import { models } from '../../state/stores.ts';
import { Button, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { formatCompact } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { Tree, type TreeRow } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openModel } from './modelActions.ts';

/** The pretrained language models of the workspace. */
export default function ModelsView() {
  const { status, value, error } = models.use();
  const [selected, setSelected] = useState<string[]>([]);
  const rows = useMemo(() => value.map(modelRow), [value]);
  if (status === 'failed' && value.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void models.refresh()} />;
  if (status === 'loading') return <Loading what="language models" />;
  if (rows.length === 0) return <NoModels />;
  return (
    <Tree
      label="Language models"
      rows={rows}
      selected={selected}
      onSelect={setSelected}
      onOpen={openModel}
      onMenu={(name, at) => showMenu('model', { modelName: name }, at)}
      onDelete={(name) => runCommand('models.remove', { modelName: name })}
    />
  );
}

function modelRow({ name, architecture, parameters }: ModelSummary): TreeRow {
  return {
    id: name,
    level: 0,
    label: name,
    content: (
      <>
        <Icon name="library" />
        <span className="tree-label ellipsis">{name}</span>{' '}
        <span className="tree-note ellipsis">
          {architecture}, {formatCompact(parameters)}
        </span>
      </>
    ),
  };
}

function NoModels() {
  return (
    <div className="side-empty">
      <p>
        A pretrained language model is a Hugging Face folder that you have: config.json, *.safetensors and tokenizer.json. None has been
        added yet; experiments make a small one from scratch.
      </p>
      <Button kind="primary" icon="add" onClick={() => runCommand('models.add', {})}>
        Add a language model
      </Button>
    </div>
  );
}
