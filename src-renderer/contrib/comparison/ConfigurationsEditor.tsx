import { useMemo, useState } from 'react';
import type { Configurations } from '../../../src-shared/run.ts';
import { call, useQuery } from '../../state/backend.ts';
import { type ColorScheme, useColorScheme } from '../../state/colorScheme.ts';
import { runStyle } from '../../state/runColors.ts';
import { Button, EmptyState, ErrorNote, Loading, SearchField, Select, Toggle } from '../../widgets/controls.tsx';
import { type DataColumn, DataTable } from '../../widgets/DataTable.tsx';
import { countOf } from '../../widgets/format.ts';
import { openEditor } from '../../workbench/editors.ts';
import type { EditorProps } from '../../workbench/registry.ts';
import { MOST_COLUMNS, type Setting, shownSettings, valueCounts, valueText } from './configurationRows.ts';

/** The settings of any number of runs, a line each; two of the runs open as a diff of texts. */
export default function ConfigurationsEditor({ params }: EditorProps) {
  const runIds = params.runIds as string[];
  const configurations = useQuery(`configurations:${runIds.join()}`, () => call('runs.configurations', { runIds }));
  const [onlyDifferences, setOnlyDifferences] = useState(true);
  const [search, setSearch] = useState('');
  const { value, error } = configurations;
  const shown = useMemo(() => value && shownSettings(value.settings, { onlyDifferences, search }), [value, onlyDifferences, search]);
  if (error) return <ErrorNote message={error} onRetry={configurations.reload} />;
  if (!value || !shown) return <Loading what="the configurations" />;
  return (
    <div className="page page-fill">
      <header className="page-head">
        <h1>Configurations of {countOf(value.runs.length, 'run')}</h1>
        <Toggle label="Only differences" checked={onlyDifferences} onChange={setOnlyDifferences} />
        <SearchField
          label="Search settings"
          placeholder="Setting or value"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
        <DiffChooser runs={value.runs} />
      </header>
      <div className="page-body configurations">
        {shown.length > 0 ? (
          <SettingsTable configurations={value} shown={shown} />
        ) : (
          <NothingShown isSearching={search.trim() !== ''} onAll={() => setOnlyDifferences(false)} onlyDifferences={onlyDifferences} />
        )}
      </div>
    </div>
  );
}

/** Which two of the runs are laid side by side. */
function DiffChooser({ runs }: Pick<Configurations, 'runs'>) {
  const [a, setA] = useState(runs[0]!.id);
  const [b, setB] = useState((runs[1] ?? runs[0]!).id);
  const options = runs.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <div className="page-actions">
      <Select inline label="Diff of" value={a} options={options} onChange={(event) => setA(event.target.value)} />
      <Select inline label="and" value={b} options={options} onChange={(event) => setB(event.target.value)} />
      <Button icon="diff" disabled={a === b} onClick={() => openEditor('configDiff', { runIds: [a, b] })}>
        Open the diff
      </Button>
    </div>
  );
}

function SettingsTable({ configurations: { runs }, shown }: { configurations: Configurations; shown: Setting[] }) {
  const scheme = useColorScheme();
  const columns = useMemo(() => [keyColumn, ...(runs.length > MOST_COLUMNS ? [countsColumn] : runColumns(runs, scheme))], [runs, scheme]);
  return (
    <>
      <DataTable label="Settings" columns={columns} rows={shown} rowId={({ key }) => key} />
      {runs.length > 1 && (
        <p className="muted comparison-hint">
          {runs.length > MOST_COLUMNS
            ? 'Each value with the number of runs that have it.'
            : 'Marked: what is not as in the first run. A dash: the run has no such setting.'}
        </p>
      )}
    </>
  );
}

const keyColumn: DataColumn<Setting> = {
  id: 'key',
  header: 'Setting',
  width: 260,
  sticky: true,
  value: ({ key }) => key,
  cell: ({ key }) => (
    <code className="ellipsis" title={key}>
      {key}
    </code>
  ),
};

const countsColumn: DataColumn<Setting> = { id: 'counts', header: 'Values', value: valueCounts };

function runColumns(runs: Configurations['runs'], scheme: ColorScheme): DataColumn<Setting>[] {
  return runs.map(({ id, name }, at) => ({
    id,
    name,
    header: (
      <>
        <span className="swatch" style={{ background: runStyle(id, scheme).color }} /> {name}
      </>
    ),
    width: 150,
    value: ({ values }) => values[at]! as string | number | null,
    cell: ({ values }) => {
      const text = valueText(values[at]!);
      const isOther = valueText(values[0]!) !== text;
      return (
        <span className={`ellipsis ${isOther ? 'setting-other' : ''}`} title={text}>
          {text}
        </span>
      );
    },
  }));
}

function NothingShown({ isSearching, onlyDifferences, onAll }: { isSearching: boolean; onlyDifferences: boolean; onAll(): void }) {
  const title = isSearching ? 'No setting matches the search' : 'These runs have the same configuration';
  const actions = onlyDifferences && <Button onClick={onAll}>Show equal settings, too</Button>;
  return <EmptyState icon="diff" title={title} actions={actions} />;
}
