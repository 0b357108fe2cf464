import { useCallback, useEffect, useRef, useState } from 'react';
import { call, messageOf } from '../../state/backend.ts';
import { experiments } from '../../state/stores.ts';
import { setDirty } from '../../workbench/editors.ts';
import { dropDraft, readDraft, writeDraft } from './drafts.ts';

export interface ExperimentText {
  /** Null until the file has been read. */
  text: string | null;
  /** The text as it was last read; a new object each time. */
  source: { text: string } | null;
  dirty: boolean;
  error: string | null;
  /** The file was changed by someone else while it has unsaved changes here. */
  changedElsewhere: boolean;
  edit(text: string): void;
  /** Writes what has changed, the letter typed last included, and resolves to the text that is on disk then. */
  save(): Promise<string>;
  /** Throws the changes away and reads the file again. */
  reload(): Promise<void>;
}

interface Loaded {
  /** On disk, as far as is known here. */
  saved: { text: string; modifiedAtMs: number } | null;
  text: string | null;
  source: { text: string } | null;
}

/** The text of an experiment file, what of it is unsaved, and changes that others make to it. */
export function useExperimentFile(path: string, editorId: string): ExperimentText {
  const [{ saved, text, source }, setLoaded] = useState<Loaded>({ saved: null, text: null, source: null });
  const [error, setError] = useState<string | null>(null);
  // Ahead of the page: a shortcut may come before the last letter has been rendered.
  const latest = useRef<{ text: string | null; saved: string | null }>({ text: null, saved: null });
  const dirty = text !== null && saved !== null && text !== saved.text;

  const read = useCallback(
    async (useDraft: boolean) => {
      try {
        const file = await call('experiments.read', { path });
        if (!useDraft) dropDraft(path);
        const shown = (useDraft && readDraft(path, file.text)) || file.text;
        latest.current = { text: shown, saved: file.text };
        setLoaded({ saved: { text: file.text, modifiedAtMs: file.modifiedAtMs }, text: shown, source: { text: shown } });
        setError(null);
      } catch (failure) {
        setError(messageOf(failure));
      }
    },
    [path],
  );
  useEffect(() => {
    void read(true);
    // Closing the editor has asked already: what is unsaved now is not wanted. A page that goes away does not come here.
    return () => dropDraft(path);
  }, [read, path]);
  useEffect(() => setDirty(editorId, dirty), [editorId, dirty]);
  useEffect(() => {
    if (saved && text !== null) writeDraft(path, saved.text, text);
  }, [path, saved, text]);

  const onDisk = experiments.use((state) => state.value.find((file) => file.path === path)?.modifiedAtMs);
  const newer = saved !== null && onDisk !== undefined && onDisk > saved.modifiedAtMs;
  useEffect(() => {
    if (newer && !dirty) void read(false);
  }, [newer, dirty, read]);

  const edit = useCallback((next: string) => {
    latest.current.text = next;
    setLoaded((old) => ({ ...old, text: next }));
  }, []);
  const save = useCallback(async () => {
    const { text: written, saved: onDiskText } = latest.current;
    if (written === null) throw new Error(`${path} has not been read yet`);
    if (written === onDiskText) return written;
    const file = await call('experiments.write', { path, text: written });
    latest.current.saved = written;
    setLoaded((old) => ({ ...old, saved: { text: written, modifiedAtMs: file.modifiedAtMs } }));
    return written;
  }, [path]);
  return { text, source, dirty, error, changedElsewhere: newer && dirty, edit, save, reload: () => read(false) };
}
