import { useEffect, useState } from 'react';
import type { DatasetFormat } from '../../../src-shared/dataset.ts';
import { call, useQuery } from '../../state/backend.ts';
import { type CopyProgress, takeDroppedPath, useDroppedPath } from '../../state/droppedPath.ts';
import { imports, isImportActive } from '../../state/stores.ts';
import { Button, ErrorNote, Loading, ProgressBar, Select, TextField } from '../../widgets/controls.tsx';
import { formatBytes } from '../../widgets/format.ts';
import { Icon } from '../../widgets/Icon.tsx';
import { FileBrowser } from '../../workbench/FileBrowser.tsx';
import { formatChoices } from './formatNames.ts';
import { ImportPlan } from './ImportPlan.tsx';
import { ImportProgressView } from './ImportProgressView.tsx';

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
  const [format, setFormat] = useState<DatasetFormat | ''>('');
  const preview = useQuery(chosen === '' ? null : `${chosen}\n${format}`, () =>
    call('datasets.preview', { path: chosen, format: format === '' ? null : format }),
  );
  const choose = (next: string) => {
    setPath(next);
    setChosen(next.trim());
    setFormat('');
    setBrowsing(false);
    useDroppedPath.setState({ error: null });
  };
  const { isOver, path: given, copy, error: copyError } = useDroppedPath();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is given is taken once
  useEffect(() => {
    const path = takeDroppedPath();
    if (path !== null) choose(path);
  }, [given]);
  return (
    <div className="import-form">
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
          autoFocus
          autoComplete="off"
          hint="MovieLens, Amazon Reviews, Google Local or any table, as downloaded: folder, file or archive."
          onChange={(event) => setPath(event.target.value)}
        />
        <Button icon="folder-opened" aria-expanded={browsing} onClick={() => setBrowsing(!browsing)}>
          Browse
        </Button>
        <Button kind={preview.value ? 'secondary' : 'primary'} type="submit" disabled={path.trim() === ''}>
          Preview
        </Button>
      </form>
      {copyError && <ErrorNote message={copyError} />}
      {browsing && <FileBrowser start={path} onChoose={choose} onClose={() => setBrowsing(false)} />}
      {copy ? (
        <CopyOfDrop {...copy} />
      ) : (
        (chosen === '' || isOver) && <DropZone isOver={isOver} onBrowse={browsing ? null : () => setBrowsing(true)} />
      )}
      {chosen !== '' && (
        <div className="import-format">
          <Select
            label="Format"
            options={formatChoices(format === '' ? (preview.value?.format ?? null) : null)}
            value={format}
            onChange={(event) => setFormat(event.target.value as DatasetFormat | '')}
          />
        </div>
      )}
      {preview.error && <ErrorNote message={preview.error} onRetry={preview.reload} />}
      {preview.loading && <Loading what="the first rows" />}
      {preview.value && (
        <ImportPlan
          key={`${preview.value.path}\n${preview.value.format}`}
          preview={preview.value}
          isFormatChosen={format !== ''}
          onStarted={onStarted}
        />
      )}
    </div>
  );
}

/** A browser hands over what a dropped folder holds, which is copied to where the import can read it. */
function CopyOfDrop({ name, doneBytes, totalBytes, cancel }: CopyProgress) {
  return (
    <div className="drop-zone" role="status">
      <p>
        Copying <b>{name}</b> to the workspace: {formatBytes(doneBytes)} of {formatBytes(totalBytes)}
      </p>
      <ProgressBar share={totalBytes === 0 ? null : doneBytes / totalBytes} label={`Copy of ${name}`} />
      <Button onClick={cancel}>Cancel</Button>
    </div>
  );
}

interface DropZoneProps {
  isOver: boolean;
  onBrowse: (() => void) | null;
}

/** What the page shows while nothing is chosen: what can be imported, and where to drop it. */
function DropZone({ isOver, onBrowse }: DropZoneProps) {
  return (
    <div className={`drop-zone ${isOver ? 'drop-over' : ''}`}>
      <Icon name="cloud-download" className="drop-icon" />
      <p>
        <b>Drop a folder or a file here</b>, type its path above{onBrowse && ', or '}
        {onBrowse && (
          <Button kind="link" onClick={onBrowse}>
            browse for it
          </Button>
        )}
        .
      </p>
      <p className="muted">The files stay where they are; the dataset is a copy in this workspace.</p>
    </div>
  );
}
