import { useMemo, useState } from 'react';
import type { DatasetSummary } from '../../../src-shared/dataset.ts';
import { datasets, imports, isImportActive } from '../../state/stores.ts';
import { Button, ErrorNote, IconButton, Loading } from '../../widgets/controls.tsx';
import { countOf, formatCompact } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { Tree, type TreeRow } from '../../widgets/Tree.tsx';
import { showMenu } from '../../workbench/ContextMenu.tsx';
import { runCommand } from '../../workbench/commands.ts';
import { openEditor } from '../../workbench/editors.ts';
import { openDataset } from './datasetActions.ts';

/** The datasets of the workspace, and imports under way. */
export default function DatasetsView() {
  const { status, value, error } = datasets.use();
  const allImports = imports.use((state) => state.value);
  const [selected, setSelected] = useState<string[]>([]);
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const importing = allImports.filter(isImportActive);
  const rows = useMemo(
    () => [...importing.map(importRow), ...value.flatMap((dataset) => datasetRows(dataset, unfolded.has(dataset.name)))],
    [importing, value, unfolded],
  );
  if (status === 'failed' && value.length === 0) return <ErrorNote message={error ?? ''} onRetry={() => void datasets.refresh()} />;
  if (status === 'loading') return <Loading what="datasets" />;
  if (rows.length === 0) return <NoDatasets />;
  const open = (id: string) => (id.startsWith('import:') ? openEditor('import', {}) : openDataset(nameOf(id), { preview: true }));
  return (
    <Tree
      label="Datasets"
      rows={rows}
      selected={selected}
      onSelect={setSelected}
      onOpen={open}
      opensParents
      onToggle={(id, expanded) =>
        setUnfolded(new Set(expanded ? [...unfolded, nameOf(id)] : [...unfolded].filter((name) => name !== nameOf(id))))
      }
      onMenu={(id, at) => !id.startsWith('import:') && showMenu('dataset', { datasetName: nameOf(id) }, at)}
      onDelete={(id) => !id.startsWith('import:') && runCommand('datasets.delete', { datasetName: nameOf(id) })}
    />
  );
}

const nameOf = (rowId: string) => rowId.split('\n')[0]!;

function importRow(progress: { importId: string; name: string; rows: number; totalRows: number | null }): TreeRow {
  const share = progress.totalRows ? `${Math.round((progress.rows / progress.totalRows) * 100)} %` : 'importing';
  return {
    id: `import:${progress.importId}`,
    level: 0,
    label: progress.name,
    content: (
      <>
        <Icon name="sync" className="running" spin label="importing" /> <span className="tree-label ellipsis">{progress.name}</span>{' '}
        <span className="tree-note">{share}</span>
      </>
    ),
  };
}

function datasetRows(dataset: DatasetSummary, expanded: boolean): TreeRow[] {
  const { name } = dataset;
  const target = { datasetName: name };
  const leaf = (key: string, icon: string, label: string): TreeRow => ({
    id: `${name}\n${key}`,
    level: 1,
    label,
    content: (
      <>
        <Icon name={icon} className="muted" />
        <span className="tree-label ellipsis">{label}</span>
      </>
    ),
  });
  const head: TreeRow = {
    id: name,
    level: 0,
    label: name,
    expanded,
    content: (
      <>
        <Icon name="database" />
        <span className="tree-label ellipsis">{name}</span>{' '}
        <span className="tree-note ellipsis">{formatCompact(dataset.events)} events</span>
      </>
    ),
    actions: (
      <IconButton
        icon="beaker"
        label={`New experiment for ${name}`}
        tabIndex={-1}
        onClick={(event) => {
          event.stopPropagation();
          runCommand('datasets.newExperiment', target);
        }}
      />
    ),
  };
  if (!expanded) return [head];
  return [
    head,
    leaf('users', 'account', countOf(dataset.users, 'user')),
    leaf('items', 'symbol-constant', countOf(dataset.items, 'item')),
    leaf('features', 'tag', dataset.features.map((feature) => feature.name).join(', ')),
  ];
}

function NoDatasets() {
  return (
    <div className="side-empty">
      <p>A dataset holds what people did, in order: who, which item, when, and how they liked it. This workspace has none yet.</p>
      <Button kind="primary" icon="cloud-download" onClick={() => runCommand('datasets.import', {})}>
        Import a dataset
      </Button>
    </div>
  );
}
