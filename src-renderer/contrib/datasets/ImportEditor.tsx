import { type DragEvent, useState } from 'react';
import { call, messageOf, useQuery } from '../../state/backend.ts';
import { datasets, imports, isImportActive, workspace } from '../../state/stores.ts';
import { pathOfDroppedFile } from '../../transport/host.ts';
import { Button, ErrorNote, Loading, Note, TextField } from '../../widgets/controls.tsx';
import { formatBytes } from '../../widgets/format.ts';
import { FileBrowser } from '../../workbench/FileBrowser.tsx';
import { nameError } from './datasetNames.ts';
import { ImportProgressView } from './ImportProgressView.tsx';
import { PreviewTable } from './PreviewTable.tsx';

/** From a folder on disk to a dataset: choose, look at the first rows, name, import. */
export default function ImportEditor() {
  const [followed, setFollowed] = useState<string | null>(() => imports.use.getState().value.find(isImportActive)?.importId ?? null);
  const progress = imports.use((state) => state.value.find((each) => each.importId === followed));
  return (
    <div className="page">
      <header className="page-head">
        <h1>Import a dataset</h1>
      </header>
      <div className="page-body import">
        {followed ? (
          <ImportProgressView importId={followed} progress={progress} onAgain={() => setFollowed(null)} />
        ) : (
          <ImportForm onStarted={setFollowed} />
        )}
      </div>
    </div>
  );
}

function ImportForm({ onStarted }: { onStarted(importId: string): void }) {
  const [path, setPath] = useState('');
  const [chosen, setChosen] = useState('');
  const [browsing, setBrowsing] = useState(false);
  const [note, setNote] = useState<string | null>(null);
  const canBrowse = workspace.use((state) => state.value?.canPickFiles ?? true);
  const preview = useQuery(chosen === '' ? null : chosen, () => call('datasets.preview', { path: chosen }));
  const choose = (next: string) => {
    setPath(next);
    setChosen(next.trim());
    setBrowsing(false);
    setNote(null);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer.files[0];
    const dropped = file ? pathOfDroppedFile(file) : null;
    if (dropped) choose(dropped);
    else setNote('A browser does not tell where a dropped file lies. Type its path above, or browse for it.');
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the path field and Browse do the same
    <div className="import-form" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <form
        className="import-path"
        onSubmit={(event) => {
          event.preventDefault();
          choose(path);
        }}
      >
        <TextField
          label="Folder or file"
          placeholder="/data/ml-latest-small"
          value={path}
          spellCheck={false}
          autoComplete="off"
          hint="MovieLens, Amazon Reviews, Google Local or any table, as downloaded: folder, file or archive. Drop it here, type its path, or browse."
          onChange={(event) => setPath(event.target.value)}
        />
        {canBrowse && (
          <Button icon="folder-opened" aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}>
            Browse
          </Button>
        )}
        <Button kind={preview.value ? 'secondary' : 'primary'} type="submit" disabled={path.trim() === ''}>
          Preview
        </Button>
      </form>
      {note && <Note kind="warn">{note}</Note>}
      {browsing && <FileBrowser start={path} onChoose={choose} onClose={() => setBrowsing(false)} />}
      {preview.error && <ErrorNote message={preview.error} onRetry={preview.reload} />}
      {preview.loading && <Loading what="the first rows" />}
      {preview.value && <ImportPlan key={preview.value.path} preview={preview.value} onStarted={onStarted} />}
    </div>
  );
}

type Preview = NonNullable<Awaited<ReturnType<typeof call<'datasets.preview'>>>>;

function ImportPlan({ preview, onStarted }: { preview: Preview; onStarted(importId: string): void }) {
  const [name, setName] = useState(preview.suggestedName);
  const [error, setError] = useState<string | null>(null);
  const [starting, setStarting] = useState(false);
  const taken = datasets.use((state) => state.value);
  const wrong = nameError(
    name,
    taken.map((dataset) => dataset.name),
  );
  const start = async () => {
    setStarting(true);
    setError(null);
    try {
      onStarted((await call('datasets.import', { path: preview.path, name })).importId);
    } catch (failure) {
      setError(messageOf(failure));
      setStarting(false);
    }
  };
  return (
    <>
      <div className="import-found">
        <span className="pill good">{preview.format === 'movielens-csv' ? 'MovieLens, CSV' : preview.format}</span>
        {preview.files.map((file) => (
          <span key={file.name}>
            {file.name} <span className="muted">{formatBytes(file.sizeBytes)}</span>
          </span>
        ))}
      </div>
      <form
        className="import-start"
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong && !starting) void start();
        }}
      >
        <TextField label="Name of the dataset" value={name} error={wrong} onChange={(event) => setName(event.target.value.trimStart())} />
        <Button kind="primary" icon="cloud-download" type="submit" disabled={wrong !== null || starting}>
          Import
        </Button>
      </form>
      {error && <ErrorNote message={error} />}
      <section className="section">
        <h2>
          Preview <span className="muted section-note">the first {preview.rows.length} rows, as they stand in the file</span>
        </h2>
        <PreviewTable columns={preview.columns} rows={preview.rows} />
      </section>
    </>
  );
}
