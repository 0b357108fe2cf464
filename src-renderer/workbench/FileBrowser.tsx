import { type KeyboardEvent, useState } from 'react';
import { call, useQuery } from '../state/backend.ts';
import { Button, ErrorNote, IconButton, Loading } from '../widgets/controls.tsx';
import { formatBytes } from '../widgets/format.ts';
import { Icon } from '../widgets/Icon.tsx';

interface FileBrowserProps {
  start: string;
  onChoose(path: string): void;
  onClose(): void;
}

/** The folders of the machine that the backend runs on. A folder opens; "Use this folder" takes the one that is shown. */
export function FileBrowser({ start, onChoose, onClose }: FileBrowserProps) {
  const [path, setPath] = useState(start.trim());
  const listing = useQuery(`files:${path}`, () => call('files.list', { path }));
  const { value } = listing;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const all = [...event.currentTarget.querySelectorAll<HTMLElement>('.file-row')];
    const now = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1 }[event.key];
    if (event.key === 'Backspace' && value?.parent) setPath(value.parent);
    else if (event.key === 'Escape') onClose();
    else if (to !== undefined) all[Math.max(0, Math.min(all.length - 1, to))]?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <section className="file-browser" aria-label="Browse files" onKeyDown={onKeyDown}>
      <div className="file-head">
        <IconButton
          icon="arrow-up"
          label="Parent folder"
          disabled={!value?.parent}
          onClick={() => value?.parent && setPath(value.parent)}
        />
        <IconButton icon="home" label="Home folder" onClick={() => setPath('')} />
        <code className="ellipsis file-path" title={value?.path}>
          {value?.path ?? path}
        </code>
        <Button kind="primary" disabled={!value} onClick={() => value && onChoose(value.path)}>
          Use this folder
        </Button>
        <IconButton icon="close" label="Close the file list" onClick={onClose} />
      </div>
      {listing.error && <ErrorNote message={listing.error} onRetry={path === '' ? listing.reload : () => setPath('')} />}
      {!value && listing.loading && <Loading what="the folder" />}
      {value && (
        <ul className="file-list">
          {value.entries.length === 0 && <li className="padded muted">This folder is empty.</li>}
          {value.entries.map((entry) => (
            <li key={entry.path}>
              <button type="button" className="file-row" onClick={() => (entry.folder ? setPath(entry.path) : onChoose(entry.path))}>
                <Icon name={entry.folder ? 'folder' : 'file'} className={entry.folder ? '' : 'muted'} />
                <span className="ellipsis">{entry.name}</span>
                <span className="muted numeric">{entry.folder ? '' : formatBytes(entry.sizeBytes)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
