import { useCallback, useEffect, useRef, useState } from 'react';
import { AppError } from '../../../src-shared/errors.ts';
import { call, messageOf } from '../../state/backend.ts';
import { type Draft, dropDraft, readDraft, writeDraft } from '../../state/drafts.ts';
import { experiments } from '../../state/stores.ts';
import { setDirty } from '../../workbench/editors.ts';
import { isChanged, keepMine, startFrom, takeIn, takeTheirs, type WorkingCopy } from './workingCopy.ts';

export interface ExperimentText {
  /** Null until the file has been read. */
  copy: WorkingCopy | null;
  /** The text to put into the editor; a new object each time. */
  source: { text: string } | null;
  dirty: boolean;
  error: string | null;
  /** Changes from disk have gone into unsaved text, and the person has not yet said that they saw it. */
  isMerged: boolean;
  /** The file has gone from disk. */
  isGone: boolean;
  edit(text: string): void;
  /** Writes what has changed, the letter typed last included, and resolves to the text that is on disk then. */
  save(): Promise<string>;
  /** Forgets what is unsaved. */
  discard(): void;
  reload(): Promise<void>;
  keepMine(): void;
  takeTheirs(): void;
  acknowledgeMerge(): void;
}

interface State {
  copy: WorkingCopy | null;
  source: { text: string } | null;
  isMerged: boolean;
  /** When the file that was read last had been changed. */
  readAtMs: number | null;
}

const NOTHING: State = { copy: null, source: null, isMerged: false, readAtMs: null };

/** The text of an experiment file, what of it is unsaved, and changes that others make to it. */
export function useExperimentFile(path: string, editorId: string): ExperimentText {
  const [state, setState] = useState(NOTHING);
  const [error, setError] = useState<string | null>(null);
  // Ahead of the page: a shortcut may come before the last letter has been rendered.
  const latest = useRef(NOTHING);
  const change = useCallback((make: (before: State) => State) => {
    latest.current = make(latest.current);
    setState(latest.current);
  }, []);
  const read = useCallback(async () => {
    try {
      const file = await call('experiments.read', { path });
      change((before) => afterReading(before, readDraft(path), file));
      setError(null);
    } catch (failure) {
      setError(messageOf(failure));
    }
  }, [path, change]);
  useEffect(() => {
    void read();
    // Closing the editor has asked already: what is unsaved now is not wanted. A page that goes away does not come here.
    return () => dropDraft(path);
  }, [read, path]);

  const { copy, source, isMerged, readAtMs } = state;
  useEffect(() => {
    if (copy) writeDraft(path, copy);
  }, [path, copy]);
  const { listedAtMs, isGone } = useListed(path);
  const dirty = copy !== null && (isChanged(copy) || isGone);
  useEffect(() => setDirty(editorId, dirty), [editorId, dirty]);
  const isStale = readAtMs !== null && listedAtMs !== undefined && listedAtMs !== readAtMs;
  useEffect(() => {
    if (isStale) void read();
  }, [isStale, read]);

  const changeCopy = useCallback(
    (make: (copy: WorkingCopy) => WorkingCopy) => change((before) => (before.copy ? { ...before, copy: make(before.copy) } : before)),
    [change],
  );
  const edit = useCallback((text: string) => changeCopy((before) => ({ ...before, text })), [changeCopy]);
  const save = useCallback(() => saveText(path, latest, change, read, isGone), [path, change, read, isGone]);
  const discard = useCallback(() => dropDraft(path), [path]);
  return {
    copy,
    source,
    dirty,
    error,
    isMerged: isMerged && dirty,
    isGone,
    edit,
    save,
    discard,
    reload: read,
    keepMine: () => changeCopy(keepMine),
    takeTheirs: () => change((before) => (before.copy ? shown(before, takeTheirs(before.copy)) : before)),
    acknowledgeMerge: () => change((before) => ({ ...before, isMerged: false })),
  };
}

/** When the listed file was changed; whether it was listed once and is no longer. */
function useListed(path: string): { listedAtMs: number | undefined; isGone: boolean } {
  const listedAtMs = experiments.use((state) => state.value.find((file) => file.path === path)?.modifiedAtMs);
  const isListRead = experiments.use((state) => state.status === 'ready');
  const [wasListed, setWasListed] = useState(false);
  if (listedAtMs !== undefined && !wasListed) setWasListed(true);
  return { listedAtMs, isGone: wasListed && isListRead && listedAtMs === undefined };
}

/** A text that did not come from the editor is put into it. */
const shown = (before: State, copy: WorkingCopy): State => ({
  ...before,
  copy,
  source: before.source && copy.text === before.copy?.text ? before.source : { text: copy.text },
});

/** What was read first meets the draft of the last visit; what is read later, the text in the editor. */
function afterReading(before: State, draft: Draft | null, file: { text: string; modifiedAtMs: number }): State {
  const copy = before.copy ?? (draft ? startFrom(draft.base, draft.text) : startFrom(file.text));
  const next = takeIn(copy, file.text);
  const hasMerged = next.base !== copy.base && isChanged(next);
  return { ...shown(before, next), isMerged: before.isMerged || hasMerged, readAtMs: file.modifiedAtMs };
}

const CONFLICT = 'has changed on disk where you have changed it, too; compare them, keep yours or take what is on disk, then save again';

async function saveText(
  path: string,
  latest: { readonly current: State },
  change: (make: (before: State) => State) => void,
  read: () => Promise<void>,
  isGone: boolean,
): Promise<string> {
  const { copy } = latest.current;
  if (!copy) throw new Error(`${path} has not been read yet`);
  if (copy.conflict !== null) throw new AppError('file-changed', `${path.replace(/^.*[\\/]/, '')} ${CONFLICT}`);
  const { base, text } = copy;
  if (text === base && !isGone) return text;
  try {
    const { modifiedAtMs } = await call('experiments.write', { path, text, base });
    change((before) => ({ ...before, copy: startFrom(text, before.copy?.text), isMerged: false, readAtMs: modifiedAtMs }));
    return text;
  } catch (failure) {
    if ((failure as { code?: string }).code !== 'file-changed') throw failure;
    // Someone was quicker. What does not touch is merged, and saved then.
    await read();
    return saveText(path, latest, change, read, isGone);
  }
}
