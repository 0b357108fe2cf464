import { useMemo, useState } from 'react';
import type { EncoderSummary, ModelSummary } from '../../../src-shared/model.ts';
import { encoders, models } from '../../state/stores.ts';
import { Button, ErrorNote, Loading } from '../../widgets/controls.tsx';
import { formatCompact } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { Tree, type TreeRow } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import type { Target } from '../../workbench/registry.ts';
import { openEncoder, openModel } from './modelActions.ts';

const MODELS = 'group:models';
const ENCODERS = 'group:encoders';

/** The pretrained language models of the workspace, and the user encoders that its runs trained. */
export default function ModelsView() {
  const { status, value, error } = models.use();
  const trained = encoders.use((state) => state.value);
  const [selected, setSelected] = useState<string[]>([]);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => treeRows(value, trained, folded), [value, trained, folded]);
  if (status === 'failed' && value.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void models.refresh()} />;
  if (status === 'loading') return <Loading what="models" />;
  if (value.length === 0 && trained.length === 0) return <NoModels />;
  const toggle = (id: string, expanded: boolean) => setFolded(expanded ? without(folded, id) : new Set([...folded, id]));
  return (
    <>
      {value.length === 0 && <NoModels />}
      <Tree
        label="Models"
        rows={rows}
        selected={selected}
        onSelect={setSelected}
        onToggle={toggle}
        onOpen={openRow}
        onMenu={(id, at) => {
          const target = targetOf(id);
          if (target) showMenu(target.modelName ? 'model' : 'encoder', target, at);
        }}
        onDelete={(id) => {
          const { modelName } = targetOf(id) ?? {};
          if (modelName) runCommand('models.remove', { modelName });
        }}
      />
    </>
  );
}

function treeRows(list: ModelSummary[], trained: EncoderSummary[], folded: ReadonlySet<string>): TreeRow[] {
  const group = (id: string, label: string, children: TreeRow[]): TreeRow[] => {
    if (children.length === 0) return [];
    const expanded = !folded.has(id);
    const head = { id, level: 0, label, expanded, content: <span className="tree-label ellipsis">{label}</span> };
    return expanded ? [head, ...children] : [head];
  };
  return [...group(MODELS, 'Language models', list.map(modelRow)), ...group(ENCODERS, 'User encoders', trained.map(encoderRow))];
}

function modelRow({ name, architecture, parameters }: ModelSummary): TreeRow {
  return leaf(`model:${name}`, name, 'library', `${architecture}, ${formatCompact(parameters)}`);
}

function encoderRow({ runId, runName, architecture, parameters }: EncoderSummary): TreeRow {
  return leaf(`encoder:${runId}`, runName, 'person', `${architecture}, ${formatCompact(parameters)}`);
}

function leaf(id: string, label: string, icon: string, note: string): TreeRow {
  const content = (
    <>
      <Icon name={icon} />
      <span className="tree-label ellipsis">{label}</span> <span className="tree-note ellipsis">{note}</span>
    </>
  );
  return { id, level: 1, label, content };
}

/** What the commands of a row are about; null for the head of a group. */
function targetOf(id: string): Target | null {
  const [kind, name] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1)];
  if (kind === 'group') return null;
  return kind === 'model' ? { modelName: name } : { runIds: [name] };
}

function openRow(id: string): void {
  const target = targetOf(id);
  if (target?.modelName) openModel(target.modelName, { preview: true });
  else if (target?.runIds) openEncoder(target.runIds[0]!, { preview: true });
}

const without = (set: ReadonlySet<string>, id: string) => new Set([...set].filter((other) => other !== id));

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
